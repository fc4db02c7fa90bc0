import type { JsonObject } from '@bessemer/contracts';
import type { CallContext } from '../core/context.js';
import type { ConsoleInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import type { FakeLatency } from './latency.js';

/** A console that leads nowhere. */
export class FakeConsole implements ConsoleInterface {
  readonly kind = 'console';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [];

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  async getConsole(): Promise<JsonObject> {
    return {};
  }

  async startConsole(context: CallContext): Promise<void> {
    await this.latency.act(context, 'console.start');
  }

  async stopConsole(context: CallContext): Promise<void> {
    await this.latency.act(context, 'console.stop');
  }
}
