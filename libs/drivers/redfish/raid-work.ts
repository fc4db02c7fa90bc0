import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import type { StepContext } from '../core/context.js';
import { type Controller, type LogicalDisk, type PlannedVolume, planVolumes } from './raid-plan.js';
import { deleteVolume, makeVolume, readControllers, type VolumeOperation, volumePaths } from './raid-volumes.js';
import type { RedfishBmc } from './redfish.js';
import type { ChangeLook } from './settling.js';

/**
 * What is remembered of the work on volumes: it is written down before and after each thing that the BMC is asked for,
 * so that another conductor neither asks twice for a volume nor leaves one out.
 */
export interface RaidWork {
  readonly phasesDone: number;
  /** Whether only a start of the machine does some of what was asked for. */
  readonly needsRestart: boolean;
  /** Paths of the tasks that tell how far the BMC is. */
  readonly tasks: readonly string[];
  /** Paths of volumes that are to go, or that were there before any was made. */
  readonly volumes: readonly string[];
  /** How many were asked for. */
  readonly asked: number;
  /** How many are to be made. */
  readonly wanted: number;
}

const textsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);

/** What the step remembers. */
export function raidWork({ memory }: StepContext): RaidWork {
  const work = isJsonObject(memory['raid']) ? memory['raid'] : {};
  return {
    phasesDone: Number(memory['phasesDone'] ?? 0),
    needsRestart: work['needsRestart'] === true,
    ...{ tasks: textsOf(work['tasks']), volumes: textsOf(work['volumes']) },
    ...{ asked: Number(work['asked'] ?? 0), wanted: Number(work['wanted'] ?? 0) },
  };
}

const isBegun = ({ memory }: StepContext): boolean => isJsonObject(memory['raid']);

async function keep(context: StepContext, change: JsonObject): Promise<void> {
  const before = context.memory['raid'];
  await context.remember({ ...context.memory, raid: { ...(isJsonObject(before) ? before : {}), ...change } });
}

/** The volumes that are to be made, with the drives that were chosen for them. */
function planIn({ memory }: StepContext): PlannedVolume[] {
  const plan = isJsonObject(memory['raid']) ? memory['raid']['plan'] : undefined;
  return (Array.isArray(plan) ? plan : []).filter(isJsonObject).map(plannedVolume);
}

/** Writes down what became of one thing that was asked for. */
async function keepOperation(context: StepContext, { task, needsRestart }: VolumeOperation): Promise<void> {
  const work = raidWork(context);
  await keep(context, {
    asked: work.asked + 1,
    needsRestart: work.needsRestart || needsRestart,
    tasks: task === undefined ? [...work.tasks] : [...work.tasks, task],
  });
}

/**
 * Asks that all volumes be deleted, or those that were not asked for in an earlier call.
 * @param disks what is to be made in their place
 * @throws `invalid`, before anything is deleted, when there would not be enough drives for that
 */
export async function deleteAll(context: StepContext, bmc: RedfishBmc, disks: readonly LogicalDisk[]): Promise<void> {
  if (!isBegun(context)) {
    if (disks.length > 0) planVolumes(disks, (await readControllers(bmc)).map(emptied));
    await keep(context, { volumes: await volumePaths(bmc) });
  }
  const { volumes, asked } = raidWork(context);
  for (const path of volumes.slice(asked)) await keepOperation(context, await deleteVolume(bmc, path));
}

const emptied = (controller: Controller): Controller => ({
  ...controller,
  drives: controller.drives.map((drive) => ({ ...drive, isUsed: false })),
});

/** Whether the volumes are gone. */
export async function lookAtDeletion(context: StepContext, bmc: RedfishBmc): Promise<ChangeLook> {
  const { volumes } = raidWork(context);
  return await lookAtTasks(context, bmc, async () => {
    const left = (await volumePaths(bmc)).filter((path) => volumes.includes(path));
    return { isDone: left.length === 0, open: `${left.length} of ${volumes.length} volumes are still there` };
  });
}

/**
 * Asks for the volumes, or for those that were not asked for in an earlier call. The choice of drives is made once.
 * @throws `invalid` when there are not enough drives
 */
export async function makeAll(context: StepContext, bmc: RedfishBmc, disks: readonly LogicalDisk[]): Promise<void> {
  if (!isBegun(context)) {
    const plan = planVolumes(disks, await readControllers(bmc));
    await keep(context, {
      plan: plan.map((volume) => ({ ...volume, drives: [...volume.drives] })),
      wanted: plan.length,
      volumes: await volumePaths(bmc),
    });
  }
  const plan = planIn(context);
  for (const volume of plan.slice(raidWork(context).asked)) {
    if (await wasMade(context, bmc)) {
      await keepOperation(context, { task: undefined, needsRestart: false });
      continue;
    }
    await keep(context, { isAsking: true });
    await keepOperation(context, await makeVolume(bmc, volume));
    await keep(context, { isAsking: false });
  }
}

/** Whether the BMC has the volume already that a conductor had asked for whose work this one goes on with. */
async function wasMade(context: StepContext, bmc: RedfishBmc): Promise<boolean> {
  const work = context.memory['raid'];
  if (!isJsonObject(work) || work['isAsking'] !== true) return false;
  const { volumes, asked } = raidWork(context);
  return (await volumePaths(bmc)).length > volumes.length + asked;
}

/** Whether the volumes are there. */
export async function lookAtMaking(context: StepContext, bmc: RedfishBmc): Promise<ChangeLook> {
  const { volumes, wanted } = raidWork(context);
  return await lookAtTasks(context, bmc, async () => {
    const made = (await volumePaths(bmc)).length - volumes.length;
    return { isDone: made >= wanted, open: `${made} of ${wanted} volumes are there` };
  });
}

async function lookAtTasks(
  context: StepContext,
  bmc: RedfishBmc,
  lookAtVolumes: () => Promise<ChangeLook>,
): Promise<ChangeLook> {
  for (const path of raidWork(context).tasks) {
    const { isOver, failure } = await bmc.task(path);
    if (failure !== undefined) return { isDone: false, open: path, refusal: failure };
    if (!isOver) return { isDone: false, isUnderWay: true, open: `the task ${path} is under way` };
  }
  return await lookAtVolumes();
}

const plannedVolume = (item: JsonObject): PlannedVolume => ({
  ...{ volumes: String(item['volumes']), raidType: String(item['raidType']), volumeType: String(item['volumeType']) },
  ...{ bytes: Number(item['bytes']), drives: textsOf(item['drives']) },
  name: typeof item['name'] === 'string' ? item['name'] : null,
});
