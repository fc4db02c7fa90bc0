import { type BiosSetting, isJsonObject, type Json } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { StepContext } from '../core/context.js';
import type { BiosInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep } from '../core/step.js';
import type { FakeLatency } from './latency.js';

/** BIOS settings of the simulated machine: those last applied, none after a reset (reference: drivers.md §8). */
export class FakeBios implements BiosInterface {
  readonly kind = 'bios';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [
    defineStep({
      interface: 'bios',
      name: 'apply_configuration',
      priorities: { clean: 0, deploy: 0, service: 0 },
      args: {
        settings: {
          description: 'List of BIOS settings, each item needs to contain a dictionary with name/value pairs',
          required: true,
        },
      },
      run: (context) => this.apply(context),
    }),
    defineStep({
      interface: 'bios',
      name: 'factory_reset',
      priorities: { clean: 0, deploy: 0, service: 0 },
      run: (context) => this.reset(context),
    }),
  ];

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  /** Takes the time of a read; the record has the settings already. */
  async readSettings(context: StepContext): Promise<undefined> {
    await this.latency.act(context, 'bios.read_settings');
  }

  private apply(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const bios = settingsOf(context.args['settings']);
      await this.latency.act(context, 'bios.apply_configuration');
      return done({ bios });
    });
  }

  private reset(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await this.latency.act(context, 'bios.factory_reset');
      return done({ bios: [] });
    });
  }
}

function settingsOf(value: Json | undefined): BiosSetting[] {
  if (!Array.isArray(value)) throw settingsError();
  return value.map((item) => {
    if (!isJsonObject(item) || typeof item['name'] !== 'string') throw settingsError();
    const setting = item['value'];
    return { name: item['name'], value: setting === null || setting === undefined ? null : String(setting) };
  });
}

function settingsError(): BessemerError {
  return new BessemerError('invalid', 'The argument settings must be a list of {"name": …, "value": …}.', {
    field: 'args/settings',
  });
}
