import { type JsonObject, mergePatches, type NodePatch, setFields } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { StepContext } from '../core/context.js';
import { readBoolean } from '../core/driver-info.js';
import type { RaidInterface } from '../core/interfaces.js';
import { logicalDiskProperties } from '../core/logical-disk.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep, type Step } from '../core/step.js';
import { redfishProperties, validateAccess } from './access.js';
import { logicalDisks } from './raid-plan.js';
import { raidConfig } from './raid-volumes.js';
import { deleteAll, lookAtDeletion, lookAtMaking, makeAll, type RaidWork, raidWork } from './raid-work.js';
import type { Redfish } from './redfish.js';
import { isLeft, leave, type PendingChange, settle } from './settling.js';

const choices = {
  create_root_volume: { description: 'Whether the root volume is created; true by default.', required: false },
  create_nonroot_volumes: { description: 'Whether the other volumes are created; true by default.', required: false },
  delete_existing: { description: 'Whether all volumes are deleted first; false by default.', required: false },
};

/** What a step does, one after the other. */
type Phase = 'delete' | 'create';

/** RAID by Redfish: volumes of the controllers that the BMC manages. */
export class RedfishRaid implements RaidInterface {
  readonly kind = 'raid';
  readonly name = 'redfish';
  readonly properties = redfishProperties;
  readonly logicalDiskProperties = logicalDiskProperties;
  readonly steps: readonly Step[] = [
    this.step('create_configuration', { clean: 0 }, choices, async (context) => {
      const { target_raid_config: target } = context.node;
      if (Object.keys(target).length > 0) return await this.create(context, target);
      throw new BessemerError('invalid', `Node ${context.node.uuid} has no target RAID configuration.`, {
        field: 'target_raid_config',
        remedy: 'Set it with PUT /v1/nodes/{node}/states/raid.',
      });
    }),
    this.step('delete_configuration', { clean: 0, deploy: 0, service: 0 }, {}, async (context) =>
      this.through(context, ['delete'], []),
    ),
    this.step(
      'apply_configuration',
      { deploy: 0, service: 0 },
      { raid_config: { description: 'The RAID configuration to apply.', required: true }, ...choices },
      async (context) => this.create(context, context.args['raid_config']),
    ),
  ];

  constructor(private readonly redfish: Redfish) {}

  validate = validateAccess;

  private step(
    name: string,
    priorities: Step['priorities'],
    args: Step['args'],
    run: (context: StepContext) => Promise<StepOutcome>,
  ): Step {
    return defineStep({
      ...{ interface: 'raid', name, priorities, args, abortable: false },
      run: (context) => failingAsOutcome(() => run(context)),
    });
  }

  private async create(context: StepContext, config: JsonObject[string] | undefined): Promise<StepOutcome> {
    const isWanted = (name: string, usual: boolean) => readBoolean(context.args, name) ?? usual;
    const [root, others] = [isWanted('create_root_volume', true), isWanted('create_nonroot_volumes', true)];
    const disks = logicalDisks(config).filter(({ isRoot }) => (isRoot ? root : others));
    const phases: Phase[] = isWanted('delete_existing', false) ? ['delete', 'create'] : ['create'];
    return await this.through(
      context,
      disks.length === 0 ? phases.filter((phase) => phase === 'delete') : phases,
      disks,
    );
  }

  /** Goes through the phases; called again, it goes on with the one that it was in. */
  private async through(
    context: StepContext,
    phases: readonly Phase[],
    disks: ReturnType<typeof logicalDisks>,
  ): Promise<StepOutcome> {
    let patch: NodePatch | undefined;
    for (const [index, phase] of phases.entries()) {
      if (index < raidWork(context).phasesDone) continue;
      if (!isLeft(context)) {
        await context.progress(phase === 'delete' ? 'deleting the RAID volumes' : 'creating the RAID volumes');
        await this.redfish.at(context, async (bmc) =>
          phase === 'delete' ? await deleteAll(context, bmc, disks) : await makeAll(context, bmc, disks),
        );
        await leave(context);
      }
      const outcome = await settle(context, this.redfish, this.change(context, phase, raidWork(context)));
      if (outcome.kind !== 'done') return outcome;
      patch = mergePatches(patch, outcome.patch);
      await context.remember({ phasesDone: index + 1 });
    }
    const config = await this.redfish.at(context, raidConfig);
    const shown = { ...config, last_updated: context.now().toISOString() };
    return done(mergePatches(patch, setFields({ raid_config: shown })));
  }

  private change(context: StepContext, phase: Phase, work: RaidWork): PendingChange {
    return {
      title: phase === 'delete' ? 'delete its RAID volumes' : 'create its RAID volumes',
      needsRestart: work.needsRestart,
      mayLookTheSame: false,
      look: async (bmc) => (phase === 'delete' ? await lookAtDeletion(context, bmc) : await lookAtMaking(context, bmc)),
      conclude: async () => undefined,
    };
  }
}
