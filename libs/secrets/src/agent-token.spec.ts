import { describe, expect, it } from 'vitest';
import { generateToken, tokenDigest, tokenMatches } from './index.js';

describe('tokens', () => {
  const token = generateToken();

  it('are 43 URL-safe characters, new each time', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(generateToken()).not.toBe(token);
  });

  it('match their digest alone', () => {
    const digest = tokenDigest(token);
    expect(digest).not.toContain(token);
    expect(tokenMatches(token, digest)).toBe(true);
    expect(tokenMatches(`${token}x`, digest)).toBe(false);
    expect(tokenMatches('', digest)).toBe(false);
    expect(tokenMatches(token, '')).toBe(false);
    expect(tokenMatches(token, 'nonsense')).toBe(false);
  });
});
