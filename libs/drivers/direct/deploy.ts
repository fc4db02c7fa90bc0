import { isJsonObject, type Json, type JsonObject, mergePatches, type NodePatch, setFields } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { type AgentClient, commandError } from '../agent/client.js';
import { AgentDeploy, powerOnAfter } from '../agent/deploy.js';
import { askForSteps, runInBand } from '../agent/in-band.js';
import { followCommand } from '../agent/long-command.js';
import { withBootedAgent } from '../agent/ramdisk-phase.js';
import { withAgent } from '../agent/session.js';
import type { CallContext, StepContext } from '../core/context.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { deploySteps } from '../core/plan.js';
import { failingAsOutcome } from '../core/power-change.js';
import { type AfterInterruption, defineStep, type Step } from '../core/step.js';
import { bootModeOf } from '../pxe/boot.js';
import { endAgent } from './agent-end.js';
import { readConfigDrive, validateConfigDrive } from './config-drive.js';
import { forgottenImage, imageInfo, imagePatch, isPartitionImage, validateImage } from './image.js';

/** The agent in the ramdisk downloads the image and writes it to the disk (reference: states.md §4, direct deploy). */
export class DirectDeploy extends AgentDeploy {
  readonly name = 'direct';
  readonly steps: readonly Step[] = [
    this.step('deploy', 100, 'observe', (context) => this.deploy(context)),
    this.step('write_image', 80, 'observe', (context) => this.writeImage(context)),
    this.step('prepare_instance_boot', 60, 'observe', (context) => this.prepareInstanceBoot(context)),
    this.step('tear_down_agent', 40, 'rerun', endAgent),
    this.step('switch_to_tenant_network', 30, 'rerun', (context) => this.switchNetwork(context)),
    this.step('boot_instance', 20, 'rerun', (context) => this.bootInstance(context)),
  ];

  async validate(context: CallContext): Promise<void> {
    await context.hardware.interfaces.boot.validate(context);
    validateImage(context.node);
    validateConfigDrive(context.node.instance_info['configdrive']);
  }

  /** Nothing but the record is prepared before the steps: `deploy` itself boots the ramdisk. */
  prepare(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await context.hardware.interfaces.network.unconfigureTenantNetworks(context);
      return done(imagePatch(context.node));
    });
  }

  override async tearDown(context: StepContext): Promise<StepOutcome> {
    const outcome = await super.tearDown(context);
    return outcome.kind === 'done' ? done(mergePatches(outcome.patch, forgottenImage)) : outcome;
  }

  private step(
    name: string,
    priority: number,
    afterInterruption: AfterInterruption,
    run: (context: StepContext) => Promise<StepOutcome>,
  ): Step {
    return defineStep({
      interface: 'deploy',
      name,
      priorities: { deploy: priority },
      abortable: name === 'deploy',
      requiresRamdisk: true,
      afterInterruption,
      run: (context) => failingAsOutcome(() => run(context)),
    });
  }

  private async deploy(context: StepContext): Promise<StepOutcome> {
    const { boot, network } = context.hardware.interfaces;
    return await withBootedAgent(
      context,
      {
        reason: 'waiting for the agent to boot for the deployment',
        timeout: context.timeouts.deploy,
        prepare: async () => {
          await network.addProvisioningNetwork(context);
          await boot.prepareRamdisk(context);
        },
      },
      async (agent) => {
        const offered = await askForSteps(context, agent);
        const all = deploySteps(context.node, context.hardware, context.taskArguments['deploy_steps'], offered.steps);
        const here = all.findIndex((step) => step.interface === 'deploy' && step.step === 'deploy');
        return done(offered.patch, all.slice(here + 1));
      },
    );
  }

  private async writeImage(context: StepContext): Promise<StepOutcome> {
    return await runInBand(context, { interface: 'deploy', step: 'write_image', priority: 80, args: {} }, async () => {
      const configDrive = await readConfigDrive(context);
      const given: JsonObject = configDrive === undefined ? {} : { configdrive: configDrive };
      return { image_info: imageInfo(context.node, configDrive), ...given };
    });
  }

  private async prepareInstanceBoot(context: StepContext): Promise<StepOutcome> {
    const { boot } = context.hardware.interfaces;
    const partition = isPartitionImage(context.node);
    const patch: NodePatch = setFields({ 'driver_internal_info/is_whole_disk_image': !partition });
    const outcome =
      partition || bootModeOf(context) === 'uefi' ? await this.installBootloader(context, partition) : done();
    if (outcome.kind !== 'done') return outcome;
    await boot.prepareInstance(context);
    return done(mergePatches(patch, outcome.patch));
  }

  /**
   * Makes the disk bootable: always for an image of a partition; for one of a whole disk only when the machine boots
   * by UEFI and the image has a system partition, so that the firmware learns of it.
   */
  private async installBootloader(context: StepContext, partition: boolean): Promise<StepOutcome> {
    return await withAgent(context, async (agent) => {
      const kept = context.memory['partitions'];
      const known = isJsonObject(kept) ? kept : await partitionUuids(context, agent);
      const root = text(known['root uuid']);
      const efi = text(known['efi system partition uuid']);
      if (partition && root === null)
        throw new BessemerError('hardware-failure', 'The agent found no root partition in the image that it wrote.', {
          remedy: 'Check that instance_info.image_type fits the image.',
        });
      if (!partition && efi === null) return done();
      return await followCommand(context, agent, {
        memory: { ...context.memory, partitions: known },
        name: 'image.install_bootloader',
        title: 'installing the boot loader',
        timeout: context.timeouts.deploy,
        params: async () => ({
          root_uuid: root,
          efi_system_part_uuid: efi,
          prep_boot_part_uuid: text(known['PReP Boot partition uuid']),
          target_boot_mode: bootModeOf(context) ?? 'uefi',
        }),
        matches: () => true,
        succeeded: async () => done(setFields({ 'driver_internal_info/root_uuid_or_disk_id': root })),
      });
    });
  }

  private async switchNetwork(context: StepContext): Promise<StepOutcome> {
    const { network } = context.hardware.interfaces;
    await network.removeProvisioningNetwork(context);
    await network.configureTenantNetworks(context);
    return done();
  }

  private async bootInstance(context: StepContext): Promise<StepOutcome> {
    const neverOff = context.node.disable_power_off;
    return done(await powerOnAfter(context, neverOff ? undefined : {}));
  }
}

async function partitionUuids(context: StepContext, agent: AgentClient): Promise<JsonObject> {
  await context.guard();
  const command = await agent.execute('standby.get_partition_uuids', {}, true);
  if (command.command_status === 'SUCCEEDED' && isJsonObject(command.command_result)) return command.command_result;
  throw new BessemerError('hardware-failure', `The agent could not tell the partitions: ${commandError(command)}.`, {
    remedy: 'See the log of the agent.',
  });
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
