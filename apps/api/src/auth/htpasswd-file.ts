import { readFile, stat } from 'node:fs/promises';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { parseHtpasswd } from './htpasswd.js';
import { KnownUsers } from './known-users.js';
import type { PasswordChecker } from './password-checker.js';

const gone = 'gone';

/** The users of an htpasswd file, which is read again when it has changed. */
export class HtpasswdFile {
  private constructor(
    private readonly path: string,
    private readonly checker: PasswordChecker,
    private readonly logger: Logger,
    private seen: string,
    private users: KnownUsers,
  ) {}

  /**
   * Reads the file for the first time.
   *
   * @throws `invalid` with the reason when it cannot be used
   */
  static async open(path: string, checker: PasswordChecker, logger: Logger): Promise<HtpasswdFile> {
    try {
      const seen = await fingerprint(path);
      const users = new KnownUsers(parseHtpasswd(await readFile(path, 'utf8')), checker);
      return new HtpasswdFile(path, checker, logger, seen, users);
    } catch (error) {
      throw new BessemerError('invalid', `${path}: ${reasonOf(error)}`, {
        field: 'BESSEMER_API_HTPASSWD_FILE',
        remedy: remedyOf(error),
        cause: error,
      });
    }
  }

  /** The users as the file names them now; those of the last good file while it is broken or gone. */
  async current(): Promise<KnownUsers> {
    const found = await fingerprint(this.path);
    if (found !== this.seen) await this.readAgain(found);
    return this.users;
  }

  private async readAgain(found: string): Promise<void> {
    try {
      const users = parseHtpasswd(await readFile(this.path, 'utf8'));
      this.users = new KnownUsers(users, this.checker);
      this.logger.info({ file: this.path, users: users.size }, 'the htpasswd file was read again');
    } catch (error) {
      // A request that came in the meantime has said it.
      if (this.seen !== found)
        this.logger.error(
          { file: this.path, reason: reasonOf(error) },
          'the htpasswd file cannot be used; the last good one stays in force',
        );
    }
    this.seen = found;
  }
}

/** What changes when the file does. */
async function fingerprint(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    // Why it cannot be looked at is said where it is read.
    return gone;
  }
}

function reasonOf(error: unknown): string {
  if (isBessemerError(error)) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' ? 'There is no such file.' : `It cannot be read (${String(code ?? error)}).`;
}

const remedyOf = (error: unknown): string =>
  (isBessemerError(error) ? error.remedy : undefined) ?? 'Name a file that the service may read.';
