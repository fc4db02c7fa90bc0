import type { IncomingHttpHeaders } from 'node:http';
import { BodyError } from '../http/faults.js';
import type { Caller } from './caller.js';

/** Finds out who makes a request. */
export interface Authenticator {
  /**
   * The caller that the headers prove.
   *
   * @throws CredentialsError (401)
   */
  authenticate(headers: IncomingHttpHeaders): Caller | Promise<Caller>;
  /** Lets go of what it holds. */
  stop(): Promise<void>;
}

/** Credentials are missing or wrong; the answer is not wrapped (reference: api.md §0.2) and says how to authenticate. */
export class CredentialsError extends BodyError {
  /** The `WWW-Authenticate` header of the answer. */
  readonly challenge = 'Basic realm="Baremetal API"';

  /** @param message what is wrong, without anything of the credentials */
  constructor(message: string) {
    super('unauthorized', message);
  }
}
