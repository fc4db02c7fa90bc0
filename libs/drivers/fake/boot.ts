import type { StepContext } from '../core/context.js';
import type { BootInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import type { FakeLatency } from './latency.js';

/** Boot of the simulated machine: always prepared. */
export class FakeBoot implements BootInterface {
  readonly kind = 'boot';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [];
  readonly bootsRamdisk = true;

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  async prepareRamdisk(context: StepContext): Promise<void> {
    await this.latency.act(context, 'boot.prepare_ramdisk');
  }

  cleanUpRamdisk = nothingToDo;

  async prepareInstance(context: StepContext): Promise<void> {
    await this.latency.act(context, 'boot.prepare_instance');
  }

  cleanUpInstance = nothingToDo;
}
