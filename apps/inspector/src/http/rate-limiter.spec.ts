import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.js';

describe(RateLimiter.name, () => {
  it('lets a burst through, then what is refilled, for each address of its own', () => {
    let now = 0;
    const sut = new RateLimiter(3, () => now);
    const calls = (address: string, count: number) => Array.from({ length: count }, () => sut.allows(address));
    expect(calls('a', 4)).toEqual([true, true, true, false]);
    expect(calls('b', 1)).toEqual([true]);
    now = 20_000;
    expect(calls('a', 2)).toEqual([true, false]);
    now = 120_000;
    expect(calls('a', 4)).toEqual([true, true, true, false]);
  });
});
