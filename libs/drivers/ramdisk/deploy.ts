import { BessemerError } from '@bessemer/errors';
import { AgentDeploy } from '../agent/deploy.js';
import type { CallContext, StepContext } from '../core/context.js';
import { readText } from '../core/driver-info.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { bootRamdisk } from '../core/ramdisk.js';
import { defineStep } from '../core/step.js';

/** An instance that is a ramdisk: nothing is written, the machine boots it from the network. */
export class RamdiskDeploy extends AgentDeploy {
  readonly name = 'ramdisk';
  readonly steps = [
    defineStep({
      interface: 'deploy',
      name: 'deploy',
      priorities: { deploy: 100 },
      run: (context) => failingAsOutcome(() => this.boot(context)),
    }),
  ];

  async validate(context: CallContext): Promise<void> {
    await context.hardware.interfaces.boot.validate(context);
    const info = context.node.instance_info;
    if (readText(info, 'boot_iso') || (readText(info, 'kernel') && readText(info, 'ramdisk'))) return;
    throw new BessemerError(
      'invalid',
      `Node ${context.node.uuid} failed to validate deploy image info. Some parameters were missing. ` +
        "Missing are: ['instance_info.kernel', 'instance_info.ramdisk']",
      { field: 'instance_info/kernel', remedy: 'Set kernel and ramdisk, or boot_iso, in instance_info.' },
    );
  }

  async prepare(): Promise<StepOutcome> {
    return done();
  }

  private async boot(context: StepContext): Promise<StepOutcome> {
    const outcome = await bootRamdisk(context, { for: 'agent', reason: '', timeout: 0 });
    return outcome.kind === 'wait' ? done(outcome.patch) : outcome;
  }
}
