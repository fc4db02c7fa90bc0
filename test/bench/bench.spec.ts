import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningInstance } from '../e2e/running-instance.js';
import { bench, measurementNames } from './bench.js';
import { failuresOf, isSound, type Report } from './figures.js';

/** How much more time of the api a record may take than the root of the API, which needs no database but is long. */
const dearest = 2;

describe(bench.name, () => {
  let instance: RunningInstance;
  let report: Report;

  beforeAll(async () => {
    instance = await RunningInstance.start('bench');
    report = await bench(instance, { nodes: 40, connections: 4, seconds: 0.5, only: [] }, () => undefined);
  }, 180_000);

  afterAll(() => instance.stop(false));

  it('measures everything, and nothing is refused', () => {
    expect(report.measurements.map(({ name }) => name)).toEqual(measurementNames);
    expect(report.measurements.filter((figures) => failuresOf(figures) > 0)).toEqual([]);
    expect(isSound(report)).toBe(true);
  });

  it('leaves behind what it says that it did', async () => {
    const [beaten] = await instance.query<{ count: string }>(
      'api',
      "SELECT count(*) FROM nodes WHERE driver_internal_info ? 'agent_last_heartbeat'",
    );
    const [patched] = await instance.query<{ count: string }>(
      'api',
      "SELECT count(*) FROM nodes WHERE extra ? 'bench'",
    );
    const [made] = await instance.query<{ count: string }>(
      'api',
      "SELECT count(*) FROM nodes WHERE name LIKE 'bench-new-%'",
    );
    expect(Number(beaten?.count)).toBe(8);
    expect(Number(patched?.count)).toBeGreaterThan(1);
    const created = report.measurements.find(({ name }) => name === 'create');
    expect(Number(made?.count)).toBeGreaterThanOrEqual(created?.requests ?? Number.NaN);
  });

  it.each(['get', 'lookup'])('costs the api little more than an answer without a record: %s', (name) => {
    const apiTime = (wanted: string): number =>
      report.measurements.find((figures) => figures.name === wanted)?.cpu.api ?? Number.NaN;
    expect(apiTime(name)).toBeLessThan(apiTime('root') * dearest);
  });
});
