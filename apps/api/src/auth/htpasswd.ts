import { BessemerError } from '@bessemer/errors';

/** Bcrypt hashes by user name. */
export type Htpasswd = ReadonlyMap<string, string>;

const bcryptHash = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const leastCost = 4;
// The most that htpasswd makes; more takes a minute a check.
const mostCost = 17;

function isUsable(hash: string): boolean {
  const cost = Number(bcryptHash.exec(hash)?.[1] ?? 0);
  return cost >= leastCost && cost <= mostCost;
}

function problem(line: number, message: string): BessemerError {
  return new BessemerError('invalid', `Line ${line}: ${message}`, {
    field: 'BESSEMER_API_HTPASSWD_FILE',
    remedy: 'Make entries with: htpasswd -nB USER.',
  });
}

/**
 * Reads a file of `user:hash` lines. Empty lines and those that begin with `#` count for nothing.
 *
 * @throws `invalid`, naming the line, for an entry without a bcrypt hash and for a user who is there twice; also when
 *   the file names nobody
 */
export function parseHtpasswd(text: string): Htpasswd {
  const users = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const entry = line.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const [user = '', hash = ''] = entry.split(':');
    if (user === '') throw problem(index + 1, 'an entry is a user name, a colon and a bcrypt hash.');
    if (!isUsable(hash))
      throw problem(index + 1, `the user has no bcrypt hash ($2y$, $2b$ or $2a$, cost ${leastCost} to ${mostCost}).`);
    if (users.has(user)) throw problem(index + 1, 'the user is there already.');
    users.set(user, hash);
  }
  if (users.size === 0)
    throw new BessemerError('invalid', 'The file names no user.', { remedy: 'Make entries with: htpasswd -nB USER.' });
  return users;
}
