import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new token: 43 URL-safe characters, 256 random bits. Agents refuse one below 32 characters. */
export function generateToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a token in its stead. A plain hash is enough, since tokens are random and long. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** Whether it is the token of that digest; takes the same time whatever differs. */
export function tokenMatches(token: string, digest: string): boolean {
  const actual = Buffer.from(tokenDigest(token), 'hex');
  const expected = Buffer.from(digest, 'hex');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
