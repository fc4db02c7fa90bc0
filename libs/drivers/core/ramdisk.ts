import { mergePatches, type NodePatch } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { StepContext } from './context.js';
import type { StepOutcome } from './outcome.js';
import { changePower, restart } from './power-change.js';

/** Thrown by a boot interface while a segment's DHCP does not have the machine's MACs yet; the step tries again. */
export class NetworkBootNotReadyError extends BessemerError {
  constructor(reason: string) {
    super('unavailable', `Network boot is not in place yet: ${reason}`, {
      remedy: 'See that the dhcp-manager of each segment runs.',
    });
    this.name = 'NetworkBootNotReadyError';
  }
}

const notReadyRetryMs = 2000;

/** What the machine is booted into its ramdisk for. */
export interface RamdiskBoot {
  for: 'agent' | 'introspection';
  /** What is waited for, for people. */
  reason: string;
  /** Seconds until the wait ends by time-out. */
  timeout: number;
  /** Prepares the boot; the boot interface's `prepareRamdisk` unless given. */
  prepare?: () => Promise<void>;
}

/** When a wait that begins now ends by time-out. */
export function deadline(context: StepContext, seconds: number): Date {
  return new Date(context.now().getTime() + seconds * 1000);
}

/**
 * Boots the machine into its ramdisk, with its old agent forgotten in between, and answers the wait for it. While
 * network boot is not in place it answers `retry`. Doing it again only boots the machine once more.
 * @throws `hardware-failure` and what the boot interface throws
 */
export async function bootRamdisk(context: StepContext, boot: RamdiskBoot): Promise<StepOutcome> {
  try {
    await (boot.prepare ?? (() => context.hardware.interfaces.boot.prepareRamdisk(context)))();
  } catch (error) {
    if (!(error instanceof NetworkBootNotReadyError)) throw error;
    return { kind: 'retry', after: notReadyRetryMs, reason: error.message, memory: context.memory };
  }
  let patch: NodePatch | undefined;
  if (context.node.disable_power_off) {
    await context.forgetAgent();
    patch = await restart(context);
  } else {
    if (context.hardware.interfaces.power.readsHardware || context.node.power_state !== 'power off')
      patch = await changePower(context, 'power off');
    await context.forgetAgent();
    patch = mergePatches(patch, await changePower(context, 'power on'));
  }
  const until = deadline(context, boot.timeout);
  const memory = { ...context.memory, booted: true, until: until.toISOString() };
  await context.remember(memory);
  return { kind: 'wait', for: boot.for, reason: boot.reason, until, memory, patch };
}
