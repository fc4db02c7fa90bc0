import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { HardwareCatalogue } from '@bessemer/conductor';
import type { JsonObject } from '@bessemer/contracts';
import {
  type AfterInterruption,
  createHardwareTypes,
  type DeployInterface,
  defineStep,
  done,
  fail,
  type HardwareType,
  type ManagementInterface,
  type Step,
  type StepContext,
  type StepOutcome,
} from '@bessemer/drivers';

/** Writes an effect on the "machine": a line of the file that the node names. */
function effect(context: StepContext, text: string): void {
  appendFileSync(String(context.node.properties['effects']), `${text}\n`);
}

const nameOf = (context: StepContext): string => String(context.args['name'] ?? 'step');

async function record(context: StepContext): Promise<StepOutcome> {
  await context.guard();
  effect(context, nameOf(context));
  return done({ fields: [{ op: 'set', path: '/extra/recorded', value: nameOf(context) }] });
}

/** Begins, waits until the file that its argument names exists, and ends. */
async function gated(context: StepContext): Promise<StepOutcome> {
  if (context.attempt === 'interrupted') {
    await context.guard();
    effect(context, `${nameOf(context)}: observed`);
    return done();
  }
  await context.guard();
  effect(context, `${nameOf(context)}: begun`);
  const gate = String(context.args['gate']);
  while (!existsSync(gate)) await delay(20, undefined, { signal: context.signal });
  await context.guard();
  effect(context, `${nameOf(context)}: ended`);
  return done();
}

/** Gives the agent a command, looks at it as often as its argument says, and ends it. */
async function command(context: StepContext): Promise<StepOutcome> {
  const until = new Date(context.now().getTime() + Number(context.args['timeout'] ?? 60) * 1000);
  const reason = 'waiting for the agent to do the command';
  if (context.attempt === 'first') {
    await context.guard();
    effect(context, `${nameOf(context)}: given`);
    return { kind: 'wait', for: 'agent', reason, until, memory: { looks: 0 } };
  }
  const looks = Number(context.memory['looks']);
  if (looks < Number(context.args['looks'] ?? 0))
    return { kind: 'wait', for: 'agent', reason, until, memory: { looks: looks + 1 } };
  if (context.args['careful'] === false) return done();
  await context.guard();
  effect(context, `${nameOf(context)}: done with ${context.agent?.token}`);
  return done();
}

/** Looks at the machine again and again, without leave, as often as its argument says; it would give up in an hour. */
async function look(context: StepContext): Promise<StepOutcome> {
  const looks = Number(context.memory['looks'] ?? 0);
  const known = context.memory['deadline'];
  const deadline = typeof known === 'string' ? new Date(known) : new Date(context.now().getTime() + 3_600_000);
  if (looks >= Number(context.args['looks'])) {
    await context.guard();
    effect(context, `${nameOf(context)}: seen`);
    return done();
  }
  const memory = { looks: looks + 1, deadline: deadline.toISOString() };
  const until = new Date(context.now().getTime() + 20);
  return { kind: 'wait', for: 'time', reason: 'waiting for the machine to start', until, deadline, memory };
}

async function flaky(context: StepContext): Promise<StepOutcome> {
  const tries = Number(context.memory['tries'] ?? 0);
  await context.guard();
  effect(context, `${nameOf(context)}: try ${tries} ${context.attempt}`);
  if (tries >= Number(context.args['times'])) return done();
  return { kind: 'retry', after: 50 * (tries + 1), reason: `busy ${tries}`, memory: { tries: tries + 1 } };
}

async function swallow(context: StepContext): Promise<StepOutcome> {
  if (context.attempt === 'first')
    return { kind: 'wait', for: 'agent', reason: 'careless', until: new Date(context.now().getTime() + 60_000) };
  try {
    await context.guard();
    effect(context, 'careless: acted');
  } catch {
    return done();
  }
  return done();
}

async function admit(context: StepContext): Promise<StepOutcome> {
  const answer = await context.admitNetworkBoot(['52:54:00:00:00:01']);
  effect(context, `admitted ${answer.inPlace}`);
  return done();
}

async function betray(context: StepContext): Promise<StepOutcome> {
  return fail('hardware-failure', `ipmitool -P ${String(context.node.driver_info['ipmi_password'])} said no`);
}

async function throwUp(): Promise<StepOutcome> {
  throw new TypeError('cannot read property of undefined');
}

async function powerCycle(context: StepContext): Promise<StepOutcome> {
  const { power } = context.hardware.interfaces;
  await power.setPowerState(context, 'power off', 5);
  await power.setPowerState(context, 'power on', 5);
  return done();
}

const named = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { description: name, required: false }]));

function step(
  name: string,
  run: Step['run'],
  options: { afterInterruption?: AfterInterruption; abortable?: boolean; requiresRamdisk?: boolean } = {},
): Step {
  return defineStep({
    interface: 'management',
    name,
    priorities: { clean: 0, deploy: 0, service: 0 },
    args: named('name', 'gate', 'looks', 'times', 'timeout', 'careful'),
    ...options,
    run,
  });
}

const steps: readonly Step[] = [
  step('record', record),
  step('gated_rerun', gated),
  step('gated_observe', gated, { afterInterruption: 'observe' }),
  step('gated_fail', gated, { afterInterruption: 'fail' }),
  step('command', command),
  step('command_not_abortable', command, { abortable: false }),
  step('command_in_ramdisk', command, { requiresRamdisk: true }),
  step('betray_in_ramdisk', betray, { requiresRamdisk: true }),
  step('look', look),
  step('flaky', flaky),
  step('swallow', swallow),
  step('admit', admit),
  step('betray', betray),
  step('throw_up', throwUp),
  step('power_cycle', powerCycle),
];

function scriptedManagement(base: ManagementInterface): ManagementInterface {
  return {
    kind: 'management',
    name: 'fake',
    properties: base.properties,
    steps,
    validate: (context) => base.validate(context),
    getSupportedBootDevices: (context) => base.getSupportedBootDevices(context),
    getBootDevice: (context) => base.getBootDevice(context),
    setBootDevice: (context, device, persistent) => base.setBootDevice(context, device, persistent),
  };
}

/** What the node wants its cleaning to be prepared like: `properties.prepare`, `now` or `agent`. */
function scriptedDeploy(base: DeployInterface): DeployInterface {
  return {
    kind: 'deploy',
    name: 'fake',
    properties: base.properties,
    steps: base.steps,
    validate: (context) => base.validate(context),
    prepare: (context) => base.prepare(context),
    cleanUp: async (context) => {
      effect(context, 'clean up');
      return done();
    },
    tearDown: (context) => base.tearDown(context),
    takeOver: (context) => base.takeOver(context),
    async prepareCleaning(context) {
      if (context.node.properties['prepare'] !== 'agent' || context.attempt === 'resumed') return done();
      const until = new Date(context.now().getTime() + Number(context.node.properties['patience'] ?? 60) * 1000);
      return { kind: 'wait', for: 'agent', reason: 'waiting for the ramdisk', until };
    },
    async tearDownCleaning(context) {
      effect(context, 'tear down');
      return done();
    },
    prepareService: (context) => base.prepareService(context),
    tearDownService: (context) => base.tearDownService(context),
  };
}

/** Fake hardware whose management interface does what its steps' arguments say and keeps account of it in a file. */
export function scriptedCatalogue(): HardwareCatalogue {
  const fake = createHardwareTypes({
    enabled: ['fake-hardware'],
    fakeDelayMs: 0,
    ipmitoolPath: 'ipmitool',
    workDir: '/tmp',
    now: () => new Date(),
  });
  return {
    names: fake.names,
    stop: () => fake.stop(),
    announcements: () => fake.announcements(),
    resolve(node): HardwareType {
      const base = fake.resolve(node);
      const management = scriptedManagement(base.interfaces.management);
      const deploy = scriptedDeploy(base.interfaces.deploy);
      return { name: base.name, interfaces: { ...base.interfaces, management, deploy } };
    },
  };
}

/** A clean step of {@link scriptedCatalogue} as a user writes it. */
export function cleanStep(name: string, args: JsonObject = {}): JsonObject {
  return { interface: 'management', step: name, args };
}
