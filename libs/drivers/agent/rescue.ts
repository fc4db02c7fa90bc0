import { mergePatches } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext, StepContext } from '../core/context.js';
import { readText } from '../core/driver-info.js';
import type { RescueInterface } from '../core/interfaces.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome, powerOffIfAllowed } from '../core/power-change.js';
import { commandError } from './client.js';
import { powerOnAfter } from './deploy.js';
import { withBootedAgent } from './ramdisk-phase.js';

/** A ramdisk into which a user may log in, by the agent. */
export class AgentRescue implements RescueInterface {
  readonly kind = 'rescue';
  readonly name = 'agent';
  readonly properties = [];
  readonly steps = [];

  async validate(context: CallContext): Promise<void> {
    await context.hardware.interfaces.boot.validate(context);
  }

  rescue(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const { boot, network } = context.hardware.interfaces;
      return await withBootedAgent(
        context,
        {
          reason: 'waiting for the agent to boot for rescue',
          timeout: context.timeouts.rescue,
          prepare: async () => {
            await boot.cleanUpInstance(context);
            await network.unconfigureTenantNetworks(context);
            await network.addProvisioningNetwork(context);
            await boot.prepareRamdisk(context);
          },
        },
        async (agent) => {
          await context.guard();
          const command = await agent.execute('rescue.finalize_rescue', passwordOf(context), true);
          if (command.command_status !== 'SUCCEEDED')
            throw new BessemerError(
              'hardware-failure',
              `The agent could not set up rescue: ${commandError(command)}.`,
              {
                remedy: 'See the log of the agent, then rescue the node again.',
              },
            );
          await boot.cleanUpRamdisk(context);
          await network.removeProvisioningNetwork(context);
          await network.configureTenantNetworks(context);
          return done();
        },
      );
    });
  }

  unrescue(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const { boot, network } = context.hardware.interfaces;
      const off = await powerOffIfAllowed(context);
      await context.forgetAgent();
      await boot.cleanUpRamdisk(context);
      await network.configureTenantNetworks(context);
      await boot.prepareInstance(context);
      return done(mergePatches(off, await powerOnAfter(context, off)));
    });
  }

  cleanUp(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const { boot, network } = context.hardware.interfaces;
      const off = await powerOffIfAllowed(context);
      await boot.cleanUpRamdisk(context);
      await network.removeProvisioningNetwork(context);
      return done(off);
    });
  }
}

function passwordOf(context: StepContext): { rescue_password: string; hashed: boolean } {
  const hashed = readText(context.node.instance_info, 'hashed_rescue_password');
  if (hashed !== undefined) return { rescue_password: hashed, hashed: true };
  const password =
    readText(context.taskArguments, 'rescue_password') ?? readText(context.node.instance_info, 'rescue_password');
  if (password !== undefined) return { rescue_password: password, hashed: false };
  throw new BessemerError('invalid', 'Rescue needs a password.', {
    field: 'rescue_password',
    remedy: 'Give rescue_password with the request.',
  });
}
