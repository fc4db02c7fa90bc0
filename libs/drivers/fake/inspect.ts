import type { StepContext } from '../core/context.js';
import type { InspectInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { fakeComponents } from './firmware.js';
import type { FakeLatency } from './latency.js';

/** An inspection that finds the firmware of the simulated machine and nothing else. */
export class FakeInspect implements InspectInterface {
  readonly kind = 'inspect';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [];

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  inspect(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await this.latency.act(context, 'inspect.inspect');
      return done({ firmware: fakeComponents(context.node) });
    });
  }

  async abort(): Promise<StepOutcome> {
    return done();
  }
}
