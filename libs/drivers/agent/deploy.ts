import { mergePatches, type NodePatch } from '@bessemer/contracts';
import type { CallContext, StepContext } from '../core/context.js';
import { property } from '../core/driver-info.js';
import type { DeployInterface } from '../core/interfaces.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { automatedSteps, requestedSteps } from '../core/plan.js';
import { changePower, failingAsOutcome, powerOffIfAllowed, restart } from '../core/power-change.js';
import type { Step, StepReference } from '../core/step.js';
import { agentTimeout, askForSteps, inBandKind, inBandStep } from './in-band.js';
import { nothing, withBootedAgent } from './ramdisk-phase.js';

/** `driver_info` that everything with an agent reads (reference: drivers.md §5). */
export const agentProperties = [
  property('image_http_proxy', 'URL of the proxy through which the agent downloads over HTTP.'),
  property('image_https_proxy', 'URL of the proxy through which the agent downloads over HTTPS.'),
  property('image_no_proxy', 'Host names and addresses that are not reached through a proxy, separated by commas.'),
  property(
    'image_download_source',
    "Where the agent gets the image: 'http' (its own URL; the only one yet), 'local' or 'swift'.",
  ),
  property(
    'deploy_forces_oob_reboot',
    'Whether the machine is powered off by its power interface at the end of a deployment, not by its agent.',
    { type: 'boolean' },
  ),
  property(
    'agent_verify_ca',
    "Whether the agent's certificate is verified, or the path of a file with its certificate authority.",
  ),
];

/** What all deployments through an agent share: cleaning, service and the steps that the agent itself has. */
export abstract class AgentDeploy implements DeployInterface {
  readonly kind = 'deploy';
  abstract readonly name: string;
  readonly properties = agentProperties;
  abstract readonly steps: readonly Step[];

  abstract validate(context: CallContext): Promise<void>;
  abstract prepare(context: StepContext): Promise<StepOutcome>;

  inBandStep(reference: StepReference): Step {
    return inBandStep(reference);
  }

  /** After a failed or aborted deployment: the ramdisk is not served any more and the machine is off. */
  cleanUp(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const { boot, network } = context.hardware.interfaces;
      await boot.cleanUpRamdisk(context);
      await boot.cleanUpInstance(context);
      await network.removeProvisioningNetwork(context);
      return done(await powerOffIfAllowed(context));
    });
  }

  tearDown(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const { boot, network } = context.hardware.interfaces;
      const patch = await powerOffIfAllowed(context);
      await context.forgetAgent();
      await boot.cleanUpInstance(context);
      await network.unconfigureTenantNetworks(context);
      await network.removeProvisioningNetwork(context);
      return done(patch);
    });
  }

  /** The machine runs already: only its boot is made to stay on its disk. */
  takeOver(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await context.hardware.interfaces.boot.prepareInstance(context);
      return done();
    });
  }

  prepareCleaning(context: StepContext): Promise<StepOutcome> {
    return this.prepareSteps(context, 'clean_steps', () =>
      context.hardware.interfaces.network.addCleaningNetwork(context),
    );
  }

  tearDownCleaning(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const { boot, network } = context.hardware.interfaces;
      // A machine whose clean step failed stays on: it may be in the midst of a firmware update, and it can be looked at.
      const mayStop = usesRamdisk(context) && context.node.fault !== 'clean failure';
      // Before the machine goes off: a last heartbeat must not make the record know an agent that is gone.
      if (mayStop && !context.node.disable_power_off) await context.forgetAgent();
      const patch = mayStop ? await powerOffIfAllowed(context) : undefined;
      await boot.cleanUpRamdisk(context);
      await network.removeCleaningNetwork(context);
      return done(patch);
    });
  }

  prepareService(context: StepContext): Promise<StepOutcome> {
    return this.prepareSteps(context, 'service_steps', nothing);
  }

  /** Boots the instance again. */
  tearDownService(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      if (!usesRamdisk(context)) return done();
      const { boot } = context.hardware.interfaces;
      let patch = await powerOffIfAllowed(context);
      await boot.cleanUpRamdisk(context);
      await context.forgetAgent();
      await boot.prepareInstance(context);
      patch = mergePatches(patch, await powerOnAfter(context, patch));
      return done(patch);
    });
  }

  private prepareSteps(
    context: StepContext,
    argument: 'clean_steps' | 'service_steps',
    network: () => Promise<unknown>,
  ): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const kind = inBandKind(context);
      const { node, hardware } = context;
      const wanted = context.taskArguments[argument];
      if (!usesRamdisk(context)) {
        const ramdisk = context.taskArguments['disable_ramdisk'] !== true;
        const own = wanted === undefined ? automatedSteps(hardware, kind) : undefined;
        return done(undefined, own ?? requestedSteps(node, hardware, kind, wanted, { ramdisk, inBand: [] }));
      }
      return await withBootedAgent(
        context,
        {
          reason: `waiting for the agent to boot for ${kind === 'clean' ? 'cleaning' : 'service'}`,
          timeout: agentTimeout(context),
          prepare: async () => {
            await network();
            await hardware.interfaces.boot.prepareRamdisk(context);
          },
        },
        async (agent) => {
          const offered = await askForSteps(context, agent);
          const inBand = offered.steps;
          const steps =
            wanted === undefined
              ? automatedSteps(hardware, kind, inBand)
              : requestedSteps(node, hardware, kind, wanted, { inBand });
          return done(offered.patch, steps);
        },
      );
    });
  }
}

/** Whether the cleaning or service of this task boots the ramdisk at all. */
export function usesRamdisk(context: StepContext): boolean {
  if (context.taskArguments['disable_ramdisk'] === true) return false;
  const kind = inBandKind(context);
  const wanted = context.taskArguments[kind === 'clean' ? 'clean_steps' : 'service_steps'];
  if (wanted === undefined) return true;
  return requestedSteps(context.node, context.hardware, kind, wanted).some((reference) => {
    const { interface: name, step } = reference;
    const own = (context.hardware.interfaces[name]?.steps ?? []).find((candidate) => candidate.name === step);
    return own === undefined || own.requiresRamdisk;
  });
}

/** Powers on a machine that was powered off, restarts one that must never be off. */
export async function powerOnAfter(context: StepContext, off: NodePatch | undefined): Promise<NodePatch> {
  return off === undefined ? await restart(context) : await changePower(context, 'power on');
}
