import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext, StepContext } from '../core/context.js';
import { property } from '../core/driver-info.js';
import type { VendorInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep } from '../core/step.js';
import type { FakeLatency } from './latency.js';

const expected: Record<string, string> = {
  second_method: 'kazoo',
  third_method_sync: 'meow',
  fourth_method_shared_lock: 'woof',
};

function method(name: string, options: { async: boolean; exclusive: boolean }): VendorInterface['methods'][string] {
  return {
    description: `Test if the value of bar is ${expected[name]}`,
    async: options.async,
    http_methods: ['POST'],
    attach: false,
    require_exclusive_lock: options.exclusive,
  };
}

/** Vendor methods for trying out passthru (reference: drivers.md §8). */
export class FakeVendor implements VendorInterface {
  readonly kind = 'vendor';
  readonly name = 'fake';
  readonly properties = [
    property('B1', 'B1 description. Required.', { required: true }),
    property('B2', 'B2 description. Required.', { required: true }),
  ];
  readonly steps = [
    defineStep({
      interface: 'vendor',
      name: 'log_passthrough',
      priorities: { clean: 1, service: 0 },
      run: (context) => this.logPassthrough(context),
    }),
  ];
  readonly methods = {
    second_method: method('second_method', { async: true, exclusive: true }),
    third_method_sync: method('third_method_sync', { async: false, exclusive: true }),
    fourth_method_shared_lock: method('fourth_method_shared_lock', { async: true, exclusive: false }),
  };

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  /** Whether `bar` is the word of the method. */
  async call(context: CallContext, name: string, args: JsonObject): Promise<unknown> {
    const word = expected[name];
    if (word === undefined) throw new BessemerError('invalid', `No handler for method ${name}`, { field: 'method' });
    if (args['bar'] === undefined)
      throw new BessemerError('invalid', `Parameter 'bar' not passed to method '${name}'.`, { field: 'bar' });
    await this.latency.act(context, `vendor.${name}`);
    return args['bar'] === word;
  }

  private logPassthrough(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await this.latency.act(context, 'vendor.log_passthrough');
      return done();
    });
  }
}
