import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DemoRun, type Victim } from './demo-run.js';
import {
  conductorDatabaseOf,
  conductorsAtWork,
  effectsTwice,
  settingCommands,
  stepsFinishedTwice,
  strike,
} from './evidence.js';
import { SeededRandom, seedOfRun } from './random.js';

const strikesPerRun = 2;
/** A demo of two machines takes about twice this; each run has one strike in its first half and one in its second. */
const halfMs = 6_000;
const machines = 2;
/** Longer than a lease by far. */
const stopMs = 20_000;
/** Commands that set a state which the BMC of a machine gets in an undisturbed demo. */
const undisturbedCommands = 10;
/** The most that one step gives, and so what a strike may have given once more: boot device, power off, power on. */
const commandsOfOneStep = 3;

/** What is done to whom, and how long after the instance is ready. */
interface Strike {
  victim: Victim;
  signal: 'SIGKILL' | 'SIGSTOP';
  afterMs: number;
}

type Blow = Omit<Strike, 'afterMs'>;

const kills: Blow[] = (
  ['api', 'conductor-1', 'conductor-2', 'inspector', 'dhcp-manager', 'nats', 'postgres'] as const
).map((victim) => ({ victim, signal: 'SIGKILL' }));
const stops: Blow[] = (['conductor-1', 'conductor-2'] as const).map((victim) => ({ victim, signal: 'SIGSTOP' }));

const random = new SeededRandom(seedOfRun());

/** Ten blows, everybody's among them, in random order and at random moments, two for each run. */
function plans(): Strike[][] {
  const blows = random.shuffled([...kills, ...stops, random.pick(kills)]);
  const runs: Strike[][] = [];
  for (let first = 0; first < blows.length; first += strikesPerRun)
    runs.push(
      blows.slice(first, first + strikesPerRun).map((blow, index) => ({
        ...blow,
        afterMs: random.between(0, halfMs) + index * halfMs,
      })),
    );
  return runs;
}

describe('the demo, struck at random moments', () => {
  let demo: DemoRun | undefined;
  let folder: string | undefined;

  afterEach(async (context) => {
    await demo?.stop();
    if (context.task.result?.state !== 'fail' && folder !== undefined)
      await rm(folder, { recursive: true, force: true });
    else console.log(`logs and data: ${folder}`);
  });

  const named = plans().map((strikes) => ({
    strikes,
    name: strikes.map(({ victim, signal, afterMs }) => `${signal} ${victim} at ${afterMs} ms`).join(', '),
  }));

  it('does nothing twice when nobody strikes, and both conductors work', { timeout: 120_000 }, async () => {
    folder = await mkdtemp(join(tmpdir(), 'bessemer-chaos-'));
    demo = DemoRun.start(`${folder}/data`, { conductors: 2, machines: 4, timeoutSeconds: 100 });
    await demo.until('all machines are active', 110_000);

    const database = conductorDatabaseOf(demo.dataDir);
    expect(await stepsFinishedTwice(database)).toEqual([]);
    expect(demo.machines().flatMap(effectsTwice)).toEqual([]);
    expect(demo.machines().map(settingCommands)).toEqual(Array(4).fill(undisturbedCommands));
    expect(await conductorsAtWork(database)).toHaveLength(2);
  });

  it.each(named)('$name', { timeout: 240_000 }, async ({ strikes }) => {
    folder = await mkdtemp(join(tmpdir(), 'bessemer-chaos-'));
    demo = DemoRun.start(`${folder}/data`, { conductors: 2, machines, timeoutSeconds: 200 });
    await demo.until('instance ready', 60_000);
    const run = demo;
    const begun = performance.now();
    for (const { victim, signal, afterMs } of strikes) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + afterMs - performance.now())));
      const pid = run.pidOf(victim);
      if (pid !== undefined) await strike(pid, signal, stopMs);
    }
    await run.until('all machines are active', 200_000);

    const database = conductorDatabaseOf(run.dataDir);
    expect(await stepsFinishedTwice(database)).toEqual([]);
    expect(run.machines().flatMap(effectsTwice)).toEqual([]);
    for (const machine of run.machines()) {
      // What an undisturbed demo needs, and each command once more a strike.
      expect(settingCommands(machine)).toBeLessThanOrEqual(undisturbedCommands + strikes.length * commandsOfOneStep);
    }
  });
});
