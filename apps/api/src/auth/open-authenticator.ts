import { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import type { Authenticator } from './authenticator.js';
import { HtpasswdFile } from './htpasswd-file.js';
import { HttpBasicAuthentication } from './http-basic.js';
import { NoAuthentication } from './noauth.js';
import { PasswordChecker } from './password-checker.js';

/** The settings that decide how callers prove who they are. */
export interface AuthenticationSettings {
  /** Address that the api listens on. */
  readonly host: string;
  readonly auth: string;
  readonly htpasswdFile: string;
  readonly forceNoauth: boolean;
  readonly internalToken: string;
}

const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|::ffff:127(\.\d{1,3}){3})$/i.test(host);

/**
 * The authentication that the settings ask for.
 *
 * @throws `invalid` for an unknown kind, an htpasswd file that cannot be used, and for `noauth` on an address that
 *   others than this machine can reach, unless it is forced
 */
export async function openAuthenticator(settings: AuthenticationSettings, logger: Logger): Promise<Authenticator> {
  switch (settings.auth) {
    case 'noauth':
      return withoutAuthentication(settings, logger);
    case 'http_basic':
      return withPasswords(settings, logger);
    default:
      throw new BessemerError('invalid', `BESSEMER_API_AUTH is "${settings.auth}".`, {
        field: 'BESSEMER_API_AUTH',
        remedy: 'Choose noauth or http_basic.',
      });
  }
}

function withoutAuthentication({ host, forceNoauth }: AuthenticationSettings, logger: Logger): Authenticator {
  if (!isLoopback(host) && !forceNoauth)
    throw new BessemerError(
      'invalid',
      `Without authentication the api does not listen on ${host}, where others than this machine can reach it.`,
      {
        field: 'BESSEMER_API_AUTH',
        remedy:
          'Set BESSEMER_API_AUTH=http_basic and BESSEMER_API_HTPASSWD_FILE, or listen on 127.0.0.1 (BESSEMER_API_HOST), or set BESSEMER_API_FORCE_NOAUTH=true if the network is closed to everyone else.',
      },
    );
  if (!isLoopback(host)) logger.warn({ host }, 'everyone who reaches the api may do everything: noauth is forced');
  return new NoAuthentication();
}

async function withPasswords(settings: AuthenticationSettings, logger: Logger): Promise<Authenticator> {
  if (settings.htpasswdFile === '')
    throw new BessemerError('invalid', 'BESSEMER_API_HTPASSWD_FILE is required with http_basic.', {
      field: 'BESSEMER_API_HTPASSWD_FILE',
      remedy: 'Make one with: htpasswd -cB FILE USER.',
    });
  const checker = new PasswordChecker();
  const file = await HtpasswdFile.open(settings.htpasswdFile, checker, logger);
  return new HttpBasicAuthentication(file, checker, settings.internalToken);
}
