import { isJsonObject, type Json, mergePatches, type NodePatch } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext, StepContext } from '../core/context.js';
import type { InspectInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, fail, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome, powerOffIfAllowed } from '../core/power-change.js';
import { bootRamdisk, deadline, NetworkBootNotReadyError } from '../core/ramdisk.js';

/** MAC addresses of the machine that may boot from the network during an inspection. */
function inspectionAddresses(context: CallContext): string[] {
  const macs = context.ports.filter((port) => port.pxe_enabled).map((port) => port.address);
  if (macs.length > 0) return macs;
  throw new BessemerError('invalid', `Node ${context.node.uuid} has no port that may boot from the network.`, {
    field: 'ports',
    remedy: 'Create a port with the MAC address that the machine boots from, then inspect it again.',
  });
}

/**
 * Inspection by the ramdisk: it posts what it finds, the inspector works on that, and the result ends the wait. The
 * names `agent` and `inspector` mean the same: the second is what older clients call it.
 */
export class AgentInspect implements InspectInterface {
  readonly kind = 'inspect';
  readonly properties = [];
  readonly steps = [];

  constructor(readonly name: 'agent' | 'inspector') {}

  /** Ports are needed only when an inspection starts, as in the reference. */
  validate = nothingToDo;

  /** Safe to be called again at any point: it looks at what it remembered and at what woke it. */
  inspect(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const result = context.wakeUp?.cause === 'introspection' ? context.wakeUp.data : context.memory['result'];
      if (isJsonObject(result)) return await this.conclude(context, result);
      return context.memory['booted'] === true ? this.waitOn(context) : await this.begin(context);
    });
  }

  abort(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => done(await this.end(context)));
  }

  private async begin(context: StepContext): Promise<StepOutcome> {
    const macs = inspectionAddresses(context);
    const { boot, network } = context.hardware.interfaces;
    if (!boot.bootsRamdisk)
      return fail(
        'unsupported',
        `The boot interface ${boot.name} cannot boot a ramdisk. Set boot_interface to ipxe, or inspect_interface to no-inspect.`,
      );
    return await bootRamdisk(context, {
      for: 'introspection',
      reason: 'waiting for the ramdisk to send its inventory',
      timeout: context.timeouts.inspect,
      prepare: async () => {
        await network.addInspectionNetwork(context);
        const admission = await context.admitNetworkBoot(macs);
        if (!admission.inPlace) throw new NetworkBootNotReadyError(admission.reason ?? 'no segment has answered');
        await boot.prepareRamdisk(context);
      },
    });
  }

  private waitOn(context: StepContext): StepOutcome {
    const until = context.memory['until'];
    return {
      kind: 'wait',
      for: 'introspection',
      reason: 'waiting for the ramdisk to send its inventory',
      until: typeof until === 'string' ? new Date(until) : deadline(context, context.timeouts.inspect),
      memory: context.memory,
    };
  }

  private async conclude(context: StepContext, result: { [key: string]: Json }): Promise<StepOutcome> {
    await context.remember({ ...context.memory, result });
    await context.guard();
    const off = await this.end(context);
    if (result['state'] === 'finished') return done(mergePatches(off, patchOf(result['patch'])));
    const error = typeof result['error'] === 'string' ? result['error'] : 'no reason was given';
    return fail('introspection-failed', `The inspection failed: ${error}`);
  }

  private async end(context: StepContext): Promise<NodePatch | undefined> {
    const { boot, network } = context.hardware.interfaces;
    await context.refuseNetworkBoot();
    await boot.cleanUpRamdisk(context);
    await network.removeInspectionNetwork(context);
    const patch = await powerOffIfAllowed(context);
    if (patch) await context.forgetAgent();
    return patch;
  }
}

function patchOf(value: Json | undefined): NodePatch | undefined {
  return isJsonObject(value) ? (value as NodePatch) : undefined;
}
