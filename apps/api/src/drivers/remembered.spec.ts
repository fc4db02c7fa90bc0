import { describe, expect, it } from 'vitest';
import { type Reader, Remembered } from './remembered.js';

const aDay = 86_400_000;

/** Readings that end when they are told to. */
class Readings {
  readonly begun: { end(value: number): void; fail(error: Error): void; reader: Reader | undefined }[] = [];

  readonly read = (reader?: Reader): Promise<number> =>
    new Promise((resolve, reject) => {
      this.begun.push({ end: resolve, fail: reject, reader });
    });
}

const transaction: Reader = { query: async () => [] };

describe(Remembered.name, () => {
  it('reads once for all who ask at the same time, and not again for a while', async () => {
    const readings = new Readings();
    const remembered = new Remembered(readings.read, aDay);
    const asked = [remembered.get(), remembered.get()];
    readings.begun[0]?.end(1);
    expect(await Promise.all(asked)).toEqual([1, 1]);
    expect(await remembered.get()).toBe(1);
    expect(readings.begun).toHaveLength(1);
  });

  it('reads anew after its time', async () => {
    const readings = new Readings();
    const remembered = new Remembered(readings.read, -1);
    const first = remembered.get();
    readings.begun[0]?.end(1);
    await first;
    const second = remembered.get();
    readings.begun[1]?.end(2);
    expect(await second).toBe(2);
  });

  it('neither shares nor keeps what was being read when it was to be forgotten', async () => {
    const readings = new Readings();
    const remembered = new Remembered(readings.read, aDay);
    const before = remembered.get();
    remembered.forget();
    const after = remembered.get();
    readings.begun[1]?.end(2);
    readings.begun[0]?.end(1);
    expect(await Promise.all([before, after])).toEqual([1, 2]);
    expect(await remembered.get()).toBe(2);
  });

  it('tells all who asked of a failure, and tries again for the next', async () => {
    const readings = new Readings();
    const remembered = new Remembered(readings.read, aDay);
    const asked = Promise.allSettled([remembered.get(), remembered.get()]);
    readings.begun[0]?.fail(new Error('away'));
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = remembered.get();
    readings.begun[1]?.end(3);
    expect(await next).toBe(3);
  });

  it('reads by the transaction of whoever holds one, and does not have it wait for another', async () => {
    const readings = new Readings();
    const remembered = new Remembered(readings.read, aDay);
    const others = remembered.get();
    const own = remembered.get(transaction);
    readings.begun[1]?.end(2);
    expect(await own).toBe(2);
    expect(readings.begun[1]?.reader).toBe(transaction);
    readings.begun[0]?.end(1);
    expect(await others).toBe(1);
  });
});
