import type { IncomingHttpHeaders } from 'node:http';
import type { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';

const text = (value: string | string[] | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** Believes everyone: each caller may do everything, and is who the headers say. */
export class NoAuthentication implements Authenticator {
  authenticate(headers: IncomingHttpHeaders): Caller {
    return {
      kind: 'user',
      user: text(headers['x-user-id']) ?? text(headers['x-user']),
      project: text(headers['x-project-id']),
      isSystemScoped: headers['openstack-system-scope'] === 'all',
    };
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
