import { type FirmwareComponent, isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { StepContext } from '../core/context.js';
import { readText } from '../core/driver-info.js';
import type { FirmwareInterface } from '../core/interfaces.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { deadline } from '../core/ramdisk.js';
import { defineStep } from '../core/step.js';
import { redfishProperties, validateAccess } from './access.js';
import { readComponents } from './firmware-components.js';
import type { Operation, Redfish, RedfishBmc } from './redfish.js';
import { linkIn, objectIn } from './resource.js';
import { isLeft, leave, type PendingChange, settle } from './settling.js';

const schemes = ['http:', 'https:', 'ftp:', 'nfs:', 'cifs:'];
const members = ['component', 'url', 'username', 'password', 'wait'];
const longestWait = 3600;
/** Seconds that a BMC may be away after an update of itself, unless the user says otherwise. */
const bmcRestSeconds = 300;

/** An update that a user asks for. */
interface Update {
  readonly component: string;
  readonly url: string;
  /** What the BMC shows whoever serves the file; undefined where that asks for nothing. The password is secret. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Seconds to let pass after it. */
  readonly wait: number;
}

/** What an update goes through: the BMC fetches it, the machine starts with it, what was updated comes to rest. */
type Stage = 'fetch' | 'start' | 'rest';

/** What is remembered between two calls. */
interface Work {
  readonly index: number;
  readonly stage: Stage;
  /** The BMC's task; undefined where it has none. */
  readonly task: string | undefined;
  /** The version before the update. */
  readonly before: string;
}

/** Firmware by Redfish: versions, and updates that the BMC fetches itself. */
export class RedfishFirmware implements FirmwareInterface {
  readonly kind = 'firmware';
  readonly name = 'redfish';
  readonly properties = redfishProperties;
  readonly steps = [
    defineStep({
      ...{ interface: 'firmware', name: 'update', priorities: { clean: 0, deploy: 0, service: 0 }, abortable: false },
      args: {
        settings: {
          description:
            'The updates in their order, each {"component": …, "url": …}; "username" and "password" for whoever serves the file, "wait": seconds after it.',
          required: true,
        },
      },
      run: (context) => failingAsOutcome(() => this.update(context)),
    }),
  ];

  constructor(private readonly redfish: Redfish) {}

  validate = validateAccess;

  async readComponents(context: StepContext): Promise<FirmwareComponent[]> {
    return await this.redfish.at(context, readComponents);
  }

  private async update(context: StepContext): Promise<StepOutcome> {
    const updates = updatesOf(context.args['settings']);
    for (;;) {
      const work = workIn(context);
      const update = updates[work.index];
      if (update === undefined) return await this.conclude(context, updates);
      const outcome = await this.advance(context, updates, update, work);
      if (outcome.kind !== 'done') return outcome;
      const stage = nextStage(update, work.stage);
      const { task, before } = workIn(context);
      await context.remember({
        work:
          stage === undefined ? { index: work.index + 1 } : { index: work.index, stage, before, task: task ?? null },
      });
    }
  }

  private async advance(
    context: StepContext,
    updates: readonly Update[],
    update: Update,
    work: Work,
  ): Promise<StepOutcome> {
    if (work.stage === 'rest') return rest(context, update);
    if (!isLeft(context)) {
      if (work.stage === 'fetch')
        await this.redfish.at(context, async (bmc) => await begin(context, bmc, updates, work.index));
      await leave(context);
    }
    return await settle(context, this.redfish, changeOf(update, workIn(context)));
  }

  private async conclude(context: StepContext, updates: readonly Update[]): Promise<StepOutcome> {
    const names = updates.map(({ component }) => component);
    const components = await this.readComponents(context);
    return done({
      firmware: components.map((known) =>
        names.includes(known.component) ? { ...known, last_version_flashed: known.current_version } : known,
      ),
    });
  }
}

function nextStage({ component, wait }: Update, stage: Stage): Stage | undefined {
  if (stage === 'fetch' && component !== 'bmc') return 'start';
  return stage !== 'rest' && wait > 0 ? 'rest' : undefined;
}

function workIn({ memory }: StepContext): Work {
  const work = isJsonObject(memory['work']) ? memory['work'] : {};
  const { stage, task } = work;
  return {
    index: Number(work['index'] ?? 0),
    stage: stage === 'start' || stage === 'rest' ? stage : 'fetch',
    task: typeof task === 'string' ? task : undefined,
    before: String(work['before'] ?? ''),
  };
}

/** Tells the BMC to fetch the update. All of them are looked at before the first. */
async function begin(context: StepContext, bmc: RedfishBmc, updates: readonly Update[], index: number): Promise<void> {
  const components = await readComponents(bmc);
  for (const { component } of updates)
    if (!components.some((known) => known.component === component))
      throw wrong(
        `the machine has no firmware component ${component}.`,
        `Components: ${components.map((known) => known.component).join(', ')}.`,
      );
  const update = updates[index];
  if (update === undefined) return;
  await context.progress(`the BMC is told to update ${update.component}`);
  const { task } = await simpleUpdate(bmc, update);
  const before = components.find(({ component }) => component === update.component)?.current_version ?? '';
  await context.remember({ ...context.memory, work: { index, stage: 'fetch', before, task: task ?? null } });
}

async function simpleUpdate(bmc: RedfishBmc, { url, username, password }: Update): Promise<Operation> {
  const path = linkIn((await bmc.root()).body, 'UpdateService');
  const service = path === undefined ? undefined : await bmc.get(path);
  const target = objectIn(service?.body['Actions'], '#UpdateService.SimpleUpdate')['target'];
  if (typeof target !== 'string')
    throw new BessemerError('unsupported', `The BMC at ${bmc.address} takes no firmware updates by Redfish.`, {
      remedy: 'Update the firmware by the means of its vendor.',
    });
  return await bmc.operate('POST', target, {
    ImageURI: url,
    ...(username === undefined ? {} : { Username: username, Password: password ?? '' }),
  });
}

function changeOf({ component }: Update, { stage, task, before }: Work): PendingChange {
  const isFetch = stage === 'fetch';
  return {
    title: isFetch ? `take the update of ${component}` : `start with the new ${component}`,
    needsRestart: !isFetch,
    // The same version may be written again.
    mayLookTheSame: true,
    look: async (bmc) => {
      const progress = task === undefined ? { isOver: true } : await bmc.task(task);
      if (progress.failure !== undefined) return { isDone: false, open: '', refusal: progress.failure };
      const isTaken = progress.isOver || (isFetch && component !== 'bmc' && progress.awaitsStart === true);
      if (!isTaken) return { isDone: false, isUnderWay: true, open: `the task ${task ?? ''} is under way` };
      if (isFetch) return { isDone: true, open: '' };
      const now = (await readComponents(bmc)).find((known) => known.component === component)?.current_version;
      return { isDone: now !== before, open: `${component} is still ${before}` };
    },
    conclude: async () => undefined,
  };
}

/** Lets the time pass that the user gives what was updated. */
function rest(context: StepContext, { component, wait }: Update): StepOutcome {
  const known = context.memory['restUntil'];
  const until = typeof known === 'string' ? new Date(known) : deadline(context, wait);
  if (context.now() >= until) return done();
  const memory: JsonObject = { ...context.memory, restUntil: until.toISOString() };
  return { kind: 'wait', for: 'time', reason: `waiting ${wait} s after the update of ${component}`, until, memory };
}

function wrong(message: string, remedy?: string): BessemerError {
  return new BessemerError('invalid', `The argument settings cannot be followed: ${message}`, {
    field: 'args/settings',
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function updatesOf(value: Json | undefined): Update[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong('it must be a list of {"component": …, "url": …}.');
  return value.map((item) => updateOf(isJsonObject(item) ? item : {}));
}

function updateOf(item: JsonObject): Update {
  const { component } = item;
  if (typeof component !== 'string') throw wrong('each update must name its component.');
  const unknown = Object.keys(item).filter((name) => !members.includes(name));
  if (unknown.length > 0) throw wrong(`an update takes ${members.join(', ')}, not ${unknown.join(', ')}.`);
  const wait = Number(item['wait'] ?? (component === 'bmc' ? bmcRestSeconds : 0));
  if (!(Number.isInteger(wait) && wait >= 0 && wait <= longestWait))
    throw wrong(`wait of ${component} must be 0 to ${longestWait} seconds.`);
  const [username, password] = [readText(item, 'username'), readText(item, 'password')];
  return { component, url: urlOf(component, item['url']), username, password, wait };
}

/** Steps are shown to whoever may read the node, their passwords masked: no URL may hold one. */
function urlOf(component: string, value: Json | undefined): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !schemes.includes(url.protocol))
    throw wrong(`the url of ${component} must be one of ${schemes.map((scheme) => scheme.slice(0, -1)).join(', ')}.`);
  if (url.username !== '' || url.password !== '')
    throw wrong(
      `the url of ${component} must hold no credentials.`,
      'Give them as username and password of the update.',
    );
  return String(value);
}
