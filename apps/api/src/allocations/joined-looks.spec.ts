import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { JoinedLooks } from './joined-looks.js';

describe(JoinedLooks.name, () => {
  const start = () => {
    const ends: (() => void)[] = [];
    const sut = new JoinedLooks(() => new Promise((resolve) => ends.push(resolve)));
    const end = async (): Promise<void> => {
      ends.at(-1)?.();
      await setImmediate();
    };
    return { sut, end, looks: () => ends.length };
  };

  it('looks at once, and once more for all that wake it meanwhile', async () => {
    const { sut, end, looks } = start();
    for (let wake = 0; wake < 100; wake += 1) sut.wake();
    expect(looks()).toBe(1);
    await end();
    expect(looks()).toBe(2);
    await end();
    expect(looks()).toBe(2);
    sut.wake();
    expect(looks()).toBe(3);
  });

  it('waits at its stop for the look that is under way, and begins no other', async () => {
    const { sut, end, looks } = start();
    sut.wake();
    sut.wake();
    let isStopped = false;
    const stopped = sut.stop().then(() => {
      isStopped = true;
    });
    await setImmediate();
    expect([sut.isStopped, isStopped]).toEqual([true, false]);
    await end();
    await stopped;
    sut.wake();
    expect(looks()).toBe(1);
  });

  it('stops at once when nothing is under way', async () => {
    const { sut, looks } = start();
    await sut.stop();
    expect(looks()).toBe(0);
  });
});
