import { type NodePatch, setFields } from '@bessemer/contracts';
import type { CallContext, PowerInterface } from '@bessemer/drivers';
import { powerStateOf } from '../flows/power.js';
import { WrappedPower } from './wrapped-power.js';

/** Makes a patch visible at once; with an error it tells why the change was given up. */
export type PowerReport = (reason: string, patch: NodePatch, error?: unknown) => Promise<void>;

/**
 * A node's power interface inside a task: what it does is reported as it happens, so that the record shows the target
 * while the machine is on its way, and a state that is there already is not set again.
 */
export class ReportingPower extends WrappedPower {
  constructor(
    inner: PowerInterface,
    private readonly report: PowerReport,
  ) {
    super(inner);
  }

  async setPowerState(context: CallContext, target: string, timeout: number): Promise<void> {
    const reached = powerStateOf(target);
    const isPlain = target === 'power on' || target === 'power off';
    if (isPlain && (await this.inner.getPowerState(context)) === reached) {
      const { power_state: known, target_power_state: intended = null } = context.node;
      if (known !== reached || intended !== null) {
        await context.guard();
        await this.report(`found at "${reached}"`, setFields({ power_state: reached, target_power_state: null }));
      }
      return;
    }
    await context.guard();
    await this.report(`changing power: ${target}`, setFields({ target_power_state: reached }));
    try {
      await this.inner.setPowerState(context, target, timeout);
    } catch (error) {
      // Without the lease there is nothing to report, and the report's own failure would hide this one.
      if (!context.signal.aborted)
        await this.report(`changing power failed: ${target}`, setFields({ target_power_state: null }), error);
      throw error;
    }
    await this.report(`power changed: ${target}`, setFields({ power_state: reached, target_power_state: null }));
  }
}
