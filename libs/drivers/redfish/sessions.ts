import { createHash } from 'node:crypto';
import { isJsonObject } from '@bessemer/contracts';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import type { RedfishAccess } from './access.js';
import { bmcError, refusalError } from './failure.js';
import { linkIn } from './resource.js';
import { locationOf, RedfishTransport } from './transport.js';

/** How a user is known to a BMC: by the token of a session, or by its password with each request (null). */
interface Login {
  readonly passwordDigest: string;
  readonly token: string | null;
}

/** Answers to a log-in that mean that the BMC has no sessions, not that the user is wrong. */
const noSessionStatuses = [404, 405, 501];

const keyOf = (access: RedfishAccess): string => `${access.origin} ${access.username}`;
/** Those who are alike in this get the same answer from the BMC. */
const attemptOf = (access: RedfishAccess): string =>
  JSON.stringify([keyOf(access), digestOf(access), access.root, access.authType, access.verify]);
const digestOf = (access: RedfishAccess): string => createHash('sha256').update(access.password).digest('hex');

/** A session that is open at a BMC. The password is not needed to end it, and not kept. */
interface OpenSession {
  readonly access: RedfishAccess;
  readonly path: string;
}

const closingMs = 3000;

/**
 * Log-ins at BMCs. A session is kept and used again, because a BMC has few and opens them slowly; one that has expired
 * there is opened anew. Those who come while one is being opened wait for it. All are ended with {@link close}.
 */
export class RedfishSessions {
  private readonly logins = new Map<string, Login>();
  /** By their tokens. */
  private readonly open = new Map<string, OpenSession>();
  private readonly underWay = new Map<string, Promise<Login>>();

  /**
   * The headers that say who asks; opens a session where one is wanted and none is known.
   * @throws `hardware-failure` when the BMC refuses the user, or has no sessions and `redfish_auth_type` wants them
   */
  async headers(transport: RedfishTransport, access: RedfishAccess): Promise<Record<string, string>> {
    if (access.username === undefined) return {};
    if (access.authType === 'basic') return basic(access);
    const login = await this.login(transport, access);
    return login.token === null ? basic(access) : { 'x-auth-token': login.token };
  }

  /**
   * Forgets the session of the user, which the BMC does not know any more.
   * @param used the headers that the BMC refused
   * @returns whether another session may help: there was one, or somebody has opened another since
   */
  forget(access: RedfishAccess, used: Readonly<Record<string, string>>): boolean {
    const token = used['x-auth-token'];
    if (token === undefined) return false;
    if (this.logins.get(keyOf(access))?.token === token) this.logins.delete(keyOf(access));
    this.open.delete(token);
    return true;
  }

  /**
   * Ends all sessions at once, also those whose password has changed since.
   * @throws `hardware-failure`, naming the BMCs that did not end theirs within three seconds
   */
  async close(): Promise<void> {
    const sessions = [...this.open];
    this.open.clear();
    this.logins.clear();
    const outcomes = await Promise.allSettled(sessions.map(([token, session]) => end(token, session)));
    const left = sessions.filter((_, index) => outcomes[index]?.status === 'rejected');
    if (left.length === 0) return;
    const origins = [...new Set(left.map(([, { access }]) => access.origin))];
    throw new BessemerError('hardware-failure', `Sessions stay open at ${origins.join(', ')}.`, {
      remedy: 'Nothing need be done: BMCs end sessions that nobody uses.',
    });
  }

  private async login(transport: RedfishTransport, access: RedfishAccess): Promise<Login> {
    const attempt = attemptOf(access);
    for (;;) {
      const known = this.logins.get(keyOf(access));
      if (known?.passwordDigest === digestOf(access)) return known;
      const others = this.underWay.get(attempt);
      if (others === undefined) return await this.begin(attempt, transport, access);
      try {
        return await unlessAborted(others, transport.signal);
      } catch (error) {
        transport.signal.throwIfAborted();
        // What the BMC says holds for everyone; that the other call was cancelled does not.
        if (isBessemerError(error) && error.code === 'hardware-failure') throw error;
      }
    }
  }

  private begin(attempt: string, transport: RedfishTransport, access: RedfishAccess): Promise<Login> {
    const login = this.logIn(transport, access).finally(() => this.underWay.delete(attempt));
    this.underWay.set(attempt, login);
    return login;
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
    if (typeof token === 'string' && token !== '') {
      const location = locationOf(answer);
      if (location !== undefined) this.open.set(token, { access: { ...access, password: '' }, path: location });
      return token;
    }
    throw bmcError(
      access,
      { method: 'POST', path },
      'opened a session without a token',
      'Set driver_info/redfish_auth_type to basic.',
    );
  }
}

async function end(token: string, { access, path }: OpenSession): Promise<void> {
  const signal = AbortSignal.timeout(closingMs);
  const transport = await RedfishTransport.open(access, { signal, guard: async () => undefined }, closingMs);
  try {
    const { status, body } = await transport.send('DELETE', path, { 'x-auth-token': token });
    // The BMC may have ended it by itself.
    if (status >= 300 && status !== 401 && status !== 404)
      throw refusalError(access, { method: 'DELETE', path }, status, body);
  } finally {
    await transport.close();
  }
}

function basic({ username = '', password }: RedfishAccess): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** What the work gives, or the signal's reason as soon as it is aborted; the work itself goes on. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
