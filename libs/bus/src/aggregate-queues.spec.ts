import { describe, expect, it } from 'vitest';
import { AggregateQueues } from './aggregate-queues.js';

const entry = (aggregate: string, sequence: number) => ({ aggregate, sequence });

describe(AggregateQueues, () => {
  it('gives one message of each aggregate at a time, in the order of the stream', () => {
    const sut = new AggregateQueues();
    for (const [aggregate, sequence] of [
      ['a', 5],
      ['a', 2],
      ['b', 3],
      ['a', 4],
    ] as const)
      sut.add(entry(aggregate, sequence));
    expect([sut.take(), sut.take(), sut.take()]).toEqual([entry('a', 2), entry('b', 3), undefined]);
    sut.remove(entry('a', 2));
    sut.release('a');
    expect(sut.take()).toEqual(entry('a', 4));
    expect(sut.size).toBe(3);
  });

  it('puts an earlier message that comes late before those that wait', () => {
    const sut = new AggregateQueues();
    sut.add(entry('a', 2));
    expect(sut.take()).toEqual(entry('a', 2));
    sut.add(entry('a', 1));
    expect(sut.take()).toBeUndefined();
    sut.release('a');
    expect(sut.take()).toEqual(entry('a', 1));
  });

  it('replaces a repeated delivery', () => {
    const sut = new AggregateQueues();
    const first = entry('a', 1);
    expect(sut.add(first)).toBeUndefined();
    expect(sut.add(entry('a', 1))).toBe(first);
    expect(sut.size).toBe(1);
  });

  it('gives back all of an aggregate', () => {
    const sut = new AggregateQueues();
    sut.add(entry('a', 1));
    sut.add(entry('a', 2));
    sut.take();
    expect(sut.sizeOf('a')).toBe(2);
    expect(sut.removeAll('a')).toHaveLength(2);
    sut.release('a');
    expect(sut.take()).toBeUndefined();
    expect(sut.size).toBe(0);
  });
});
