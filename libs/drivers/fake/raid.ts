import { isJsonObject, type NodePatch, setFields } from '@bessemer/contracts';
import type { StepContext } from '../core/context.js';
import type { RaidInterface } from '../core/interfaces.js';
import { logicalDiskProperties } from '../core/logical-disk.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep } from '../core/step.js';
import type { FakeLatency } from './latency.js';

/** RAID of the simulated machine: it has what was asked of it. */
export class FakeRaid implements RaidInterface {
  readonly kind = 'raid';
  readonly name = 'fake';
  readonly properties = [];
  readonly logicalDiskProperties = logicalDiskProperties;
  readonly steps = [
    defineStep({
      interface: 'raid',
      name: 'create_configuration',
      priorities: { clean: 0 },
      run: (context) =>
        this.act(context, 'raid.create_configuration', setFields({ raid_config: context.node.target_raid_config })),
    }),
    defineStep({
      interface: 'raid',
      name: 'delete_configuration',
      priorities: { clean: 0 },
      run: (context) => this.act(context, 'raid.delete_configuration', setFields({ raid_config: {} })),
    }),
    defineStep({
      interface: 'raid',
      name: 'apply_configuration',
      priorities: { deploy: 0, service: 0 },
      args: { raid_config: { description: 'The RAID configuration to apply.', required: true } },
      run: (context) => {
        const config = context.args['raid_config'];
        return this.act(
          context,
          'raid.apply_configuration',
          setFields({ raid_config: isJsonObject(config) ? config : {} }),
        );
      },
    }),
  ];

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  private act(context: StepContext, action: string, patch: NodePatch): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await this.latency.act(context, action);
      return done(patch);
    });
  }
}
