import { isJsonObject, type Json, type NodePatch, setFields } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { StepContext } from '../core/context.js';
import type { RaidInterface } from '../core/interfaces.js';
import { logicalDiskProperties } from '../core/logical-disk.js';
import { nothingToDo } from '../core/nothing.js';
import type { StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep, type Step } from '../core/step.js';
import { type Aftermath, runInBand } from './in-band.js';

/** RAID that the agent makes: software RAID, or what a hardware manager in the ramdisk can do. */
export class AgentRaid implements RaidInterface {
  readonly kind = 'raid';
  readonly name = 'agent';
  readonly properties = [];
  readonly logicalDiskProperties = logicalDiskProperties;
  readonly steps: readonly Step[] = [
    this.step('create_configuration', { clean: 0 }, wanted),
    this.step('delete_configuration', { clean: 0 }, () => setFields({ raid_config: {} })),
    this.step('apply_configuration', { deploy: 0, service: 0 }, applied, {
      raid_config: { description: 'The RAID configuration to apply.', required: true },
      delete_existing: { description: 'Whether the present configuration is deleted first.', required: false },
    }),
  ];

  validate = nothingToDo;

  private step(name: string, priorities: Step['priorities'], aftermath: Aftermath, args: Step['args'] = {}): Step {
    return defineStep({
      interface: 'raid',
      name,
      priorities,
      args,
      abortable: false,
      requiresRamdisk: true,
      afterInterruption: 'observe',
      run: (context) => failingAsOutcome(() => this.run(context, name, aftermath)),
    });
  }

  private async run(context: StepContext, name: string, aftermath: Aftermath): Promise<StepOutcome> {
    if (name === 'create_configuration' && Object.keys(context.node.target_raid_config).length === 0)
      throw new BessemerError('invalid', `Node ${context.node.uuid} has no target RAID configuration.`, {
        field: 'target_raid_config',
        remedy: 'Set it with PUT /v1/nodes/{node}/states/raid.',
      });
    return await runInBand(
      context,
      { interface: 'raid', step: name, priority: 0, args: {} },
      async () => context.args,
      aftermath,
    );
  }
}

function stepResult(result: Json): Json | undefined {
  if (!isJsonObject(result)) return undefined;
  return result['clean_result'] ?? result['deploy_result'] ?? result['service_result'];
}

function wanted(context: StepContext, result: Json): NodePatch {
  const made = stepResult(result);
  return setFields({ raid_config: isJsonObject(made) ? made : context.node.target_raid_config });
}

function applied(context: StepContext, result: Json): NodePatch {
  const made = stepResult(result);
  const asked = context.args['raid_config'];
  return setFields({ raid_config: isJsonObject(made) ? made : isJsonObject(asked) ? asked : {} });
}
