import { describe, expect, it } from 'vitest';
import { figuresOf, isSound, type Report, reachesGoal } from './figures.js';
import type { Goal, Measurement } from './measurements.js';
import { linesOf } from './table.js';

const measurement = (goal?: Goal): Measurement => ({
  name: 'get',
  title: 'GET node',
  status: 200,
  ...(goal === undefined ? {} : { goal }),
  next: () => ({ method: 'GET', path: '/' }),
  problemOf: () => null,
});
const cpuBefore = { api: 0, postgres: 0, others: 0, client: 0 };
const cpuAfter = { api: 800, postgres: 400, others: 40, client: 200 };

function figures({ goal, refused = 0, unanswered = 0 }: { goal?: Goal; refused?: number; unanswered?: number } = {}) {
  const otherStatuses = new Map(refused === 0 ? [] : [[409, refused]]);
  const result = { seconds: 0.5, latencies: [1, 2, 3, 9], otherStatuses, unanswered };
  return figuresOf(measurement(goal), result, { connections: 2, cpuBefore, cpuAfter, apiMemory: 120_000_000 });
}

const report = (all: Report['measurements'], peak = 130_000_000): Report => ({
  machine: { processors: 2, model: 'a processor', node: 'v20' },
  nodes: 10,
  seconds: 1,
  measurements: all,
  api_peak_memory: peak,
});

describe(figuresOf.name, () => {
  it('tells rate, percentiles and the time on the processors for a request', () => {
    expect(figures()).toMatchObject({
      requests: 4,
      requests_per_second: 8,
      p50: 2,
      p99: 9,
      max: 9,
      cpu: { api: 200, postgres: 100, others: 10, client: 50 },
    });
  });
});

describe(reachesGoal.name, () => {
  it.each([
    { scenario: 'no goal', goal: undefined, expected: null },
    { scenario: 'a rate that is reached', goal: { unit: 'req/s', target: 8 }, expected: true },
    { scenario: 'a rate that is not', goal: { unit: 'req/s', target: 9 }, expected: false },
    { scenario: 'a time that is kept', goal: { unit: 'ms p50', target: 2 }, expected: true },
    { scenario: 'a time that is not', goal: { unit: 'ms p50', target: 1 }, expected: false },
  ] as const)('is $expected for $scenario', ({ goal, expected }) => {
    expect(reachesGoal(figures({ goal }))).toBe(expected);
  });
});

describe(isSound.name, () => {
  it.each([
    { scenario: 'a goal missed', all: [figures({ goal: { unit: 'req/s', target: 9 } })], expected: true },
    { scenario: 'a refusal', all: [figures(), figures({ refused: 1 })], expected: false },
    { scenario: 'a request without an answer', all: [figures({ unanswered: 1 })], expected: false },
    { scenario: 'no answer at all', all: [{ ...figures(), requests: 0 }], expected: false },
  ])('is $expected for $scenario', ({ all, expected }) => {
    expect(isSound(report(all))).toBe(expected);
  });
});

describe(linesOf.name, () => {
  it('shows a goal that is missed, and what was refused', () => {
    const goal: Goal = { unit: 'req/s', target: 9, ironic: '3/s' };
    const text = linesOf(report([figures({ goal, refused: 2, unanswered: 1 })])).join('\n');
    expect(text).toMatch(/GET node .*\| +9 req\/s \| +no \| +3\/s \|/);
    expect(text).toContain('FAILED GET node: 2 times 409, 1 without an answer');
  });

  it.each([
    { peak: 249_000_000, verdict: 'reached' },
    { peak: 250_000_000, verdict: 'missed' },
  ])('says of $peak bytes that the goal is $verdict', ({ peak, verdict }) => {
    expect(linesOf(report([], peak)).join('\n')).toContain(`${verdict})`);
  });
});
