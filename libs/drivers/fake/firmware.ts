import type { StepContext } from '../core/context.js';
import type { Implementation } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep } from '../core/step.js';
import type { FakeLatency } from './latency.js';

/** Firmware of the simulated machine: every update works. */
export class FakeFirmware implements Implementation {
  readonly kind = 'firmware';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [
    defineStep({
      interface: 'firmware',
      name: 'update',
      priorities: { clean: 0, deploy: 0, service: 0 },
      args: {
        settings: { description: 'List of firmware components, each item with component and url', required: true },
      },
      run: (context) => this.update(context),
    }),
  ];

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  private update(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await this.latency.act(context, 'firmware.update');
      return done();
    });
  }
}
