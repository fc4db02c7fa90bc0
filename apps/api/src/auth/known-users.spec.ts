import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { KnownUsers } from './known-users.js';
import { PasswordChecker } from './password-checker.js';

// Of "correct horse".
const hash = '$2y$04$PakjJrt4sTrdWKNX3C/HsuO3o/7IOAHmi6ynY1Iwnwlmuovhqxg3C';

describe(KnownUsers, () => {
  const checker = new PasswordChecker();
  const check = vi.spyOn(checker, 'check');
  let sut: KnownUsers;
  beforeEach(() => {
    check.mockClear();
    sut = new KnownUsers(new Map([['ada', hash]]), checker);
  });
  afterAll(() => checker.stop());

  it('checks a password that was right only once', async () => {
    for (let times = 0; times < 5; times += 1) expect(await sut.verify('ada', 'correct horse')).toBe(true);
    expect(check).toHaveBeenCalledTimes(1);
  });

  it('checks a wrong one each time, also after the right one', async () => {
    await sut.verify('ada', 'correct horse');
    for (let times = 0; times < 3; times += 1) expect(await sut.verify('ada', 'wrong')).toBe(false);
    expect(check).toHaveBeenCalledTimes(4);
  });

  it('checks for many at once only once', async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, () => sut.verify('ada', 'correct horse')));
    expect(answers.every(Boolean)).toBe(true);
    expect(check).toHaveBeenCalledTimes(1);
  });

  it('spends a check on an unknown user, and lets nobody in by the password of another', async () => {
    expect(await sut.verify('eve', 'correct horse')).toBe(false);
    expect(await sut.verify('eve', 'correct horse')).toBe(false);
    expect(check.mock.calls.map(([, against]) => against)).toEqual([hash, hash]);
  });

  it('refuses at once when too many wait', async () => {
    const checks = await Promise.allSettled(Array.from({ length: 150 }, (_, index) => sut.verify('ada', `${index}`)));
    const refused = checks.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toHaveLength(50);
    expect(refused[0]).toMatchObject({ code: 'unavailable' });
  });

  it('goes on with another thread when the one it had ends', async () => {
    await checker.stop();
    expect(await sut.verify('ada', 'correct horse')).toBe(true);
  });
});
