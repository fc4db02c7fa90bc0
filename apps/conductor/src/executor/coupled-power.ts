import type { CallContext, PowerInterface } from '@bessemer/drivers';
import { powerStateOf, restarts } from '../flows/power.js';
import type { Family } from './family.js';
import { WrappedPower } from './wrapped-power.js';

/**
 * A node's power interface inside a task: before the machine goes off its children do, and before it goes on its parent
 * does (reference: states.md §5).
 */
export class CoupledPower extends WrappedPower {
  constructor(
    inner: PowerInterface,
    private readonly family: Family,
  ) {
    super(inner);
  }

  async setPowerState(context: CallContext, target: string, timeout: number): Promise<void> {
    const reached = powerStateOf(target);
    if (this.family.isTiedAt(reached) && (restarts(target) || (await this.inner.getPowerState(context)) !== reached)) {
      if (reached === 'power off') await this.family.powerChildrenOff();
      else await this.family.powerParentOn();
    }
    await this.inner.setPowerState(context, target, timeout);
  }
}
