import { describe, expect, it } from 'vitest';
import { Gatherer } from './gatherer.js';

/** Batches that have begun, each to be ended by hand. */
class Batches {
  readonly begun: { inputs: readonly number[]; letNextBegin: () => void; end: (error?: Error) => void }[] = [];

  work = (inputs: readonly number[], letNextBegin: () => void): Promise<readonly number[]> =>
    new Promise((resolve, reject) => {
      const end = (error?: Error): void => (error ? reject(error) : resolve(inputs.map((input) => input * 2)));
      this.begun.push({ inputs, letNextBegin, end });
    });

  get inputs(): (readonly number[])[] {
    return this.begun.map(({ inputs }) => inputs);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe(Gatherer.name, () => {
  it('does what is asked for meanwhile in the next batch', async () => {
    const batches = new Batches();
    const gatherer = new Gatherer(batches.work, { largest: 2, atOnce: 1 });
    const answers = Promise.all([1, 2, 3].map((input) => gatherer.do(input)));
    await turn();
    expect(batches.inputs).toEqual([[1, 2]]);
    batches.begun[0]?.end();
    await turn();
    await turn();
    expect(batches.inputs).toEqual([[1, 2], [3]]);
    batches.begun[1]?.end();
    expect(await answers).toEqual([2, 4, 6]);
  });

  it('begins the next batch when it is let, once', async () => {
    const batches = new Batches();
    const gatherer = new Gatherer(batches.work, { largest: 1, atOnce: 1 });
    const answers = Promise.all([1, 2, 3].map((input) => gatherer.do(input)));
    await turn();
    batches.begun[0]?.letNextBegin();
    batches.begun[0]?.letNextBegin();
    await turn();
    await turn();
    expect(batches.inputs).toEqual([[1], [2]]);
    batches.begun[0]?.end();
    await turn();
    await turn();
    expect(batches.inputs).toEqual([[1], [2]]);
    batches.begun[1]?.end();
    await turn();
    await turn();
    batches.begun[2]?.end();
    expect(await answers).toEqual([2, 4, 6]);
  });

  it('lets three be unfinished at most', async () => {
    const batches = new Batches();
    const gatherer = new Gatherer(batches.work, { largest: 1, atOnce: 1 });
    const answers = Promise.all([1, 2, 3, 4].map((input) => gatherer.do(input)));
    for (let batch = 0; batch < 4; batch += 1) {
      await turn();
      await turn();
      batches.begun[batch]?.letNextBegin();
    }
    expect(batches.inputs).toEqual([[1], [2], [3]]);
    batches.begun[1]?.end();
    await turn();
    await turn();
    expect(batches.inputs).toEqual([[1], [2], [3], [4]]);
    for (const { end } of batches.begun) end();
    expect(await answers).toEqual([2, 4, 6, 8]);
  });

  it('refuses all of a batch that fails, and goes on', async () => {
    const batches = new Batches();
    const gatherer = new Gatherer(batches.work, { largest: 2, atOnce: 1 });
    const failing = Promise.allSettled([1, 2].map((input) => gatherer.do(input)));
    await turn();
    batches.begun[0]?.letNextBegin();
    const next = gatherer.do(3);
    await turn();
    batches.begun[0]?.end(new Error('away'));
    batches.begun[1]?.end();
    expect(await next).toBe(6);
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
