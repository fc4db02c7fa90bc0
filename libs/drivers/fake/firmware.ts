import {
  type FirmwareComponent,
  isJsonObject,
  type Json,
  type JsonObject,
  mergePatches,
  setFields,
} from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { NodeView, StepContext } from '../core/context.js';
import type { FirmwareInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep } from '../core/step.js';
import type { FakeLatency } from './latency.js';

/** Where the simulated machine keeps the versions that were written to it: in its record. */
const key = 'fake_firmware';

const factory: readonly FirmwareComponent[] = [
  { component: 'bmc', current_version: '1.0.0', vendor: 'Bessemer', model: 'Simulated BMC' },
  { component: 'bios', current_version: '1.0.0', vendor: 'Bessemer', model: 'Simulated BIOS' },
];

const versionsOf = (node: NodeView): JsonObject => {
  const kept = node.driver_internal_info[key];
  return isJsonObject(kept) ? kept : {};
};

function withVersions(versions: JsonObject): FirmwareComponent[] {
  return factory.map((made) => {
    const written = versions[made.component];
    if (typeof written !== 'string') return made;
    return { ...made, initial_version: made.current_version, current_version: written, last_version_flashed: written };
  });
}

/** The firmware components of a simulated machine with the versions that were written to it. */
export const fakeComponents = (node: NodeView): FirmwareComponent[] => withVersions(versionsOf(node));

/** Firmware of the simulated machine: an update writes the version that the file is named after. */
export class FakeFirmware implements FirmwareInterface {
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
      const versions = { ...versionsOf(context.node), ...updatesOf(context.args['settings']) };
      await this.latency.act(context, 'firmware.update');
      return done(
        mergePatches(setFields({ [`driver_internal_info/${key}`]: versions }), { firmware: withVersions(versions) }),
      );
    });
  }
}

const wrongSettings = (reason: string): BessemerError =>
  new BessemerError('invalid', `The argument settings must be a list of {"component": …, "url": …}: ${reason}`, {
    field: 'args/settings',
    remedy: `Components: ${factory.map(({ component }) => component).join(', ')}.`,
  });

/** The version in the name of the file, or the whole name; a URL may hold credentials, which are nowhere in either. */
function versionIn(url: string): string {
  const file = URL.canParse(url) ? (new URL(url).pathname.split('/').pop() ?? '') : '';
  return file.match(/\d+(\.\d+)+/)?.[0] ?? file;
}

function updatesOf(value: Json | undefined): JsonObject {
  if (!Array.isArray(value)) throw wrongSettings('it is no list.');
  const updates: JsonObject = {};
  for (const item of value) {
    const { component, url } = isJsonObject(item) ? item : {};
    if (typeof component !== 'string' || !factory.some((made) => made.component === component))
      throw wrongSettings('it names no component of the machine.');
    if (typeof url !== 'string' || versionIn(url) === '') throw wrongSettings(`the url of ${component} names no file.`);
    updates[component] = versionIn(url);
  }
  return updates;
}
