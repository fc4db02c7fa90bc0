import { createHash } from 'node:crypto';
import { isJsonObject } from '@bessemer/contracts';
import type { RedfishAccess } from './access.js';
import { bmcError, refusalError } from './failure.js';
import { linkIn } from './resource.js';
import type { RedfishTransport } from './transport.js';

/** How a user is known to a BMC: by the token of a session, or by its password with each request (null). */
interface Login {
  readonly passwordDigest: string;
  readonly token: string | null;
}

/** Answers to a log-in that mean that the BMC has no sessions, not that the user is wrong. */
const noSessionStatuses = [404, 405, 501];

const keyOf = (access: RedfishAccess): string => `${access.origin} ${access.username}`;
const digestOf = (access: RedfishAccess): string => createHash('sha256').update(access.password).digest('hex');

/**
 * Log-ins at BMCs. A session is kept and used again, because a BMC has few and opens them slowly; one that has expired
 * there is opened anew.
 */
export class RedfishSessions {
  private readonly logins = new Map<string, Login>();

  /**
   * The headers that say who asks; opens a session where one is wanted and none is known.
   * @throws `hardware-failure` when the BMC refuses the user, or has no sessions and `redfish_auth_type` wants them
   */
  async headers(transport: RedfishTransport, access: RedfishAccess): Promise<Record<string, string>> {
    if (access.username === undefined) return {};
    if (access.authType === 'basic') return basic(access);
    const known = this.logins.get(keyOf(access));
    const login = known?.passwordDigest === digestOf(access) ? known : await this.logIn(transport, access);
    return login.token === null ? basic(access) : { 'x-auth-token': login.token };
  }

  /**
   * Forgets the session of the user, which the BMC does not know any more.
   * @returns whether there was one, so that logging in again may help
   */
  forget(access: RedfishAccess): boolean {
    const login = this.logins.get(keyOf(access));
    if (typeof login?.token !== 'string') return false;
    return this.logins.delete(keyOf(access));
  }

  private async logIn(transport: RedfishTransport, access: RedfishAccess): Promise<Login> {
    const login = { passwordDigest: digestOf(access), token: await this.openSession(transport, access) };
    if (login.token === null && access.authType === 'session')
      throw bmcError(
        access,
        { method: 'GET', path: access.root },
        'has no sessions',
        'Set driver_info/redfish_auth_type to basic.',
      );
    this.logins.set(keyOf(access), login);
    return login;
  }

  /** The token of a new session, or null where the BMC has none. */
  private async openSession(transport: RedfishTransport, access: RedfishAccess): Promise<string | null> {
    const root = await transport.send('GET', access.root, {});
    if (root.status !== 200) throw refusalError(access, { method: 'GET', path: access.root }, root.status, root.body);
    const links = isJsonObject(root.body) ? root.body['Links'] : null;
    const path = linkIn(links ?? null, 'Sessions');
    if (path === undefined) return null;
    const user = { UserName: access.username ?? '', Password: access.password };
    const answer = await transport.send('POST', path, {}, user);
    if (noSessionStatuses.includes(answer.status)) return null;
    const token = answer.headers['x-auth-token'];
    if (answer.status >= 300) throw refusalError(access, { method: 'POST', path }, answer.status, answer.body);
    if (typeof token === 'string' && token !== '') return token;
    throw bmcError(
      access,
      { method: 'POST', path },
      'opened a session without a token',
      'Set driver_info/redfish_auth_type to basic.',
    );
  }
}

function basic({ username = '', password }: RedfishAccess): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
