import { afterEach, describe, expect, it } from 'vitest';
import { removeTemporaryFolder, temporaryFolder } from '../integration/stack/index.js';
import { DemoRun, type Victim } from './demo-run.js';
import { conductorDatabaseOf, effectsTwice, settingCommands, stepsFinishedTwice, strike } from './evidence.js';
import { SeededRandom, seedOfRun } from './random.js';

const moments = 10;
const momentsPerRun = 2;
const machines = 2;
const stopMs = 20_000;
const victims: readonly [Victim, ...Victim[]] = [
  'api',
  'conductor-1',
  'conductor-2',
  'inspector',
  'dhcp-manager',
  'nats',
  'postgres',
];

/** What is done to whom, and how long after the instance is ready. */
interface Strike {
  victim: Victim;
  signal: 'SIGKILL' | 'SIGSTOP';
  afterMs: number;
}

const random = new SeededRandom(seedOfRun());

function plan(): Strike[] {
  return Array.from({ length: momentsPerRun }, (_, index) => {
    const victim = random.pick(victims);
    const isStop = victim.startsWith('conductor') && random.next() < 0.5;
    return { victim, signal: isStop ? 'SIGSTOP' : 'SIGKILL', afterMs: random.between(0, 8_000) + index * 8_000 };
  });
}

describe('the demo, struck at random moments', () => {
  let demo: DemoRun | undefined;
  let folder: string | undefined;

  afterEach(async (context) => {
    await demo?.stop();
    if (context.task.result?.state !== 'fail' && folder !== undefined) await removeTemporaryFolder(folder);
    else console.log(`logs and data: ${folder}`);
  });

  const plans = Array.from({ length: moments / momentsPerRun }, plan);
  const named = plans.map((strikes) => ({
    strikes,
    name: strikes.map(({ victim, signal, afterMs }) => `${signal} ${victim} at ${afterMs} ms`).join(', '),
  }));

  it.each(named)('$name', { timeout: 240_000 }, async ({ strikes }) => {
    folder = await temporaryFolder('chaos');
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

/** Commands that set a state which the BMC of a machine gets in an undisturbed demo. */
const undisturbedCommands = 10;
/** The most that one step gives, and so what a strike may have given once more: boot device, power off, power on. */
const commandsOfOneStep = 3;
