import type { PowerState } from '@bessemer/contracts';
import type { CallContext, PowerInterface } from '@bessemer/drivers';

/** A power interface that does more than the one within when power is set, and is the same otherwise. */
export abstract class WrappedPower implements PowerInterface {
  readonly kind = 'power' as const;

  constructor(protected readonly inner: PowerInterface) {}

  get name(): string {
    return this.inner.name;
  }
  get properties(): PowerInterface['properties'] {
    return this.inner.properties;
  }
  get steps(): PowerInterface['steps'] {
    return this.inner.steps;
  }
  get supportedTargets(): PowerInterface['supportedTargets'] {
    return this.inner.supportedTargets;
  }
  get readsHardware(): boolean {
    return this.inner.readsHardware;
  }

  validate(context: CallContext): Promise<void> {
    return this.inner.validate(context);
  }

  getPowerState(context: CallContext): Promise<PowerState | null> {
    return this.inner.getPowerState(context);
  }

  abstract setPowerState(context: CallContext, target: string, timeout: number): Promise<void>;
}
