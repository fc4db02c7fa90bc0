import type { StepContext } from '../core/context.js';
import type { DeployInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep } from '../core/step.js';
import type { FakeLatency } from './latency.js';

/** A deployment that writes nothing. */
export class FakeDeploy implements DeployInterface {
  readonly kind = 'deploy';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [
    defineStep({
      interface: 'deploy',
      name: 'deploy',
      priorities: { deploy: 100 },
      run: (context) => this.act(context, 'deploy.deploy'),
    }),
  ];

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  prepare(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'deploy.prepare');
  }

  cleanUp(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'deploy.clean_up');
  }

  tearDown(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'deploy.tear_down');
  }

  takeOver(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'deploy.take_over');
  }

  prepareCleaning(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'deploy.prepare_cleaning');
  }

  tearDownCleaning(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'deploy.tear_down_cleaning');
  }

  prepareService(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'deploy.prepare_service');
  }

  tearDownService(context: StepContext): Promise<StepOutcome> {
    return this.act(context, 'deploy.tear_down_service');
  }

  private act(context: StepContext, action: string): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await this.latency.act(context, action);
      return done();
    });
  }
}
