import { type NodePatch, setFields } from '@bessemer/contracts';
import type { StepContext } from '../core/context.js';
import type { RescueInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import type { FakeLatency } from './latency.js';

/** A rescue that is over as soon as its time has passed. */
export class FakeRescue implements RescueInterface {
  readonly kind = 'rescue';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [];

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  rescue(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'rescue.rescue', setFields({ power_state: 'power on' }));
  }

  unrescue(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'rescue.unrescue', setFields({ power_state: 'power on' }));
  }

  cleanUp(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'rescue.clean_up');
  }

  private act(context: StepContext, action: string, patch?: NodePatch): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await this.latency.act(context, action);
      return done(patch);
    });
  }
}
