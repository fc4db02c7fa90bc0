import type { IncomingHttpHeaders } from 'node:http';
import { tokenDigest, tokenMatches } from '@bessemer/secrets';
import { type Authenticator, CredentialsError } from './authenticator.js';
import type { Caller } from './caller.js';
import type { HtpasswdFile } from './htpasswd-file.js';
import type { PasswordChecker } from './password-checker.js';

const service: Caller = { kind: 'service', user: null, project: null, isSystemScoped: true };

/** User and password of a header `Basic …`; undefined for anything else. */
function readBasic(authorization: string): { user: string; password: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Believes those who have a password in the htpasswd file, and the services with their token. */
export class HttpBasicAuthentication implements Authenticator {
  private readonly tokenDigest: string | undefined;

  /** @param internalToken the bearer between services; empty: none is believed */
  constructor(
    private readonly file: HtpasswdFile,
    private readonly checker: PasswordChecker,
    internalToken: string,
  ) {
    this.tokenDigest = internalToken === '' ? undefined : tokenDigest(internalToken);
  }

  async authenticate({ authorization }: IncomingHttpHeaders): Promise<Caller> {
    if (authorization === undefined) throw new CredentialsError('Authorization required');
    if (this.isService(authorization)) return service;
    const given = readBasic(authorization);
    if (given === undefined) throw new CredentialsError('The Authorization header is no HTTP basic authentication.');
    const users = await this.file.current();
    if (!(await users.verify(given.user, given.password))) throw new CredentialsError('Incorrect username or password');
    return { kind: 'user', user: given.user, project: null, isSystemScoped: true };
  }

  stop(): Promise<void> {
    return this.checker.stop();
  }

  private isService(authorization: string): boolean {
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1];
    return token !== undefined && this.tokenDigest !== undefined && tokenMatches(token, this.tokenDigest);
  }
}
