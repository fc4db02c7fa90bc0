import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Htpasswd } from './htpasswd.js';
import type { PasswordChecker } from './password-checker.js';

/** The users of one reading of the file, and who of them has proved the password since. */
export class KnownUsers {
  private readonly key = randomBytes(32);
  private readonly hashes: readonly string[];
  /** By user, the keyed digest of the pair that was right; the password itself is kept nowhere. */
  private readonly proved = new Map<string, Buffer>();
  /** Checks under way by digest, so that many requests with one pair cost one check. */
  private readonly checks = new Map<string, Promise<boolean>>();

  constructor(
    private readonly users: Htpasswd,
    private readonly checker: PasswordChecker,
  ) {
    this.hashes = [...users.values()];
  }

  /**
   * Whether the password is the user's. An unknown user takes as long as a wrong password.
   *
   * @throws `unavailable` when too many passwords wait to be checked
   */
  async verify(user: string, password: string): Promise<boolean> {
    const digest = this.digest(user, password);
    const proved = this.proved.get(user);
    if (proved !== undefined && timingSafeEqual(proved, digest)) return true;
    const isRight = await this.check(digest, password, this.users.get(user) ?? this.someHash(user));
    if (!isRight || !this.users.has(user)) return false;
    this.proved.set(user, digest);
    return true;
  }

  private digest(...texts: string[]): Buffer {
    return createHmac('sha256', this.key).update(JSON.stringify(texts)).digest();
  }

  /** A hash of somebody, always the same for the name: hashes may differ in cost, and so in how long they take. */
  private someHash(user: string): string {
    return this.hashes[this.digest(user).readUInt32BE() % this.hashes.length] ?? '';
  }

  private check(digest: Buffer, password: string, hash: string): Promise<boolean> {
    const key = digest.toString('base64');
    let check = this.checks.get(key);
    if (check === undefined) {
      check = this.checker.check(password, hash).finally(() => this.checks.delete(key));
      this.checks.set(key, check);
    }
    return check;
  }
}
