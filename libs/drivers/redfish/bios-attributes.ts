import { createHash } from 'node:crypto';
import { type BiosSetting, isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { readBoolean } from '../core/driver-info.js';
import type { AttributeFacts } from './bios-registry.js';
import type { RedfishBmc } from './redfish.js';
import { linkIn, objectIn, type Resource, textsIn } from './resource.js';

/** A setting that a user wants. */
export interface WantedSetting {
  readonly name: string;
  readonly value: Json;
}

const remedy = 'GET /v1/nodes/{node}/bios?detail=True shows the settings with what they take.';
/** Bytes of the settings in a report; it must fit into a message of the bus with all that is around them. */
const mostBytes = 160 * 1024;

const wrong = (message: string): BessemerError =>
  new BessemerError('invalid', message, { field: 'args/settings', remedy });

/**
 * The settings that a step is asked for.
 * @throws `invalid` for anything but a list of names with values
 */
export function wantedSettings(value: Json | undefined): WantedSetting[] {
  if (!Array.isArray(value) || value.length === 0)
    throw wrong('The argument settings must be a list of {"name": …, "value": …}.');
  return value.map((item) => {
    const { name, value: setting } = isJsonObject(item) ? item : {};
    if (typeof name !== 'string' || name === '' || setting === undefined || setting === null)
      throw wrong('Each of the settings must be {"name": …, "value": …}.');
    return { name, value: setting };
  });
}

/**
 * The BIOS of the machine.
 * @throws `unsupported` when its BMC shows none
 */
export async function readBios(bmc: RedfishBmc): Promise<Resource> {
  const system = await bmc.system();
  const path = linkIn(system.body, 'Bios');
  if (path !== undefined) return await bmc.get(path);
  throw new BessemerError('unsupported', `The BMC at ${bmc.address} shows no BIOS settings of ${system.path}.`, {
    remedy: 'Set bios_interface to no-bios; the settings are changed in the setup of the firmware.',
  });
}

const attributesOf = (bios: Resource): JsonObject => objectIn(bios.body, 'Attributes');
const valueIn = (attributes: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** Tells one set of values from another without holding it. */
export const digestOf = (bios: Resource): string =>
  createHash('sha256')
    .update(JSON.stringify(attributesOf(bios)))
    .digest('hex');

/**
 * All settings with what is known of them, as the record keeps them. The value of a password is none. Facts are left out
 * where they would make the report larger than a message may be.
 * @throws `too-large` when the values alone are
 */
export function settingsOf(bios: Resource, facts: ReadonlyMap<string, AttributeFacts>): BiosSetting[] {
  const bare = Object.entries(attributesOf(bios)).map(([name, value]) => ({
    name,
    value: facts.get(name)?.attribute_type === 'Password' ? null : shown(value),
  }));
  const full = bare.map((setting) => ({ ...setting, ...facts.get(setting.name) }));
  const found = [full, bare].find((settings) => Buffer.byteLength(JSON.stringify(settings)) <= mostBytes);
  if (found !== undefined) return found;
  throw new BessemerError('too-large', `The ${bare.length} BIOS settings are more than a report can hold.`);
}

/** Truths as Ironic shows them. */
function shown(value: Json): string | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The wanted settings that the BIOS does not have. */
export function openSettings(bios: Resource, wanted: readonly WantedSetting[]): WantedSetting[] {
  const attributes = attributesOf(bios);
  return wanted.filter(({ name, value }) => !isSame(valueIn(attributes, name), value));
}

function isSame(current: Json | undefined, wanted: Json): boolean {
  if (typeof current === 'number') return current === Number(wanted);
  if (typeof current === 'boolean') return String(current) === String(wanted).toLowerCase();
  return current !== undefined && current !== null && String(current) === String(wanted);
}

/**
 * The settings as the BMC takes them: each of the type that it has there.
 * @throws `invalid` for a setting that the machine does not have, that cannot be set, or that does not take the value
 */
export function attributesFor(
  bios: Resource,
  facts: ReadonlyMap<string, AttributeFacts>,
  wanted: readonly WantedSetting[],
): JsonObject {
  const attributes = attributesOf(bios);
  return Object.fromEntries(
    wanted.map(({ name, value }) => {
      const current = valueIn(attributes, name);
      if (current === undefined) throw wrong(`The machine has no BIOS setting ${name}.`);
      return [name, valueFor(name, value, current, facts.get(name) ?? {})];
    }),
  );
}

function valueFor(name: string, wanted: Json, current: Json, facts: AttributeFacts): Json {
  if (facts.read_only === true) throw wrong(`The BIOS setting ${name} cannot be changed.`);
  if (facts.attribute_type === 'Password')
    throw wrong(`The BIOS setting ${name} is a password: no BMC tells whether it was set.`);
  if (typeof wanted === 'object') throw wrong(`The BIOS setting ${name} takes a single value.`);
  if (facts.attribute_type === 'Integer' || typeof current === 'number') return integerFor(name, wanted, facts);
  if (facts.attribute_type === 'Boolean' || typeof current === 'boolean')
    return readBoolean({ [name]: wanted }, name) ?? false;
  return textFor(name, String(wanted), facts);
}

function integerFor(name: string, wanted: Json, facts: AttributeFacts): number {
  const value = wanted === '' ? Number.NaN : Number(wanted);
  const { lower_bound: least = Number.MIN_SAFE_INTEGER, upper_bound: most = Number.MAX_SAFE_INTEGER } = facts;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const limits = [facts.lower_bound, facts.upper_bound].every((bound) => bound !== undefined)
    ? ` from ${least} to ${most}`
    : '';
  throw wrong(`The BIOS setting ${name} takes whole numbers${limits}, not ${JSON.stringify(wanted)}.`);
}

function textFor(name: string, wanted: string, facts: AttributeFacts): string {
  const { allowable_values: values, min_length: least = 0, max_length: most = Number.MAX_SAFE_INTEGER } = facts;
  if (values !== undefined && !values.includes(wanted))
    throw wrong(`The BIOS setting ${name} takes ${values.join(', ')}, not ${JSON.stringify(wanted)}.`);
  if (wanted.length < least || wanted.length > most)
    throw wrong(`The BIOS setting ${name} takes ${least} to ${most} characters.`);
  return wanted;
}

/** Where changes are left for the next start of the machine; the BIOS itself where the BMC has no such place. */
async function pendingOf(bmc: RedfishBmc, bios: Resource): Promise<Resource> {
  const path = linkIn(objectIn(bios.body, '@Redfish.Settings'), 'SettingsObject');
  return path === undefined || path === bios.path ? bios : await bmc.get(path);
}

/**
 * Leaves the settings for the next start of the machine, also those that it has while another value of theirs is left
 * there.
 * @returns false when there is nothing to be changed
 * @throws as {@link attributesFor}, and `hardware-failure` when the BMC refuses
 */
export async function stageSettings(
  bmc: RedfishBmc,
  bios: Resource,
  facts: ReadonlyMap<string, AttributeFacts>,
  wanted: readonly WantedSetting[],
): Promise<boolean> {
  const changes = attributesFor(bios, facts, wanted);
  const pending = await pendingOf(bmc, bios);
  const left = attributesOf(pending);
  const isLeftOtherwise = ({ name, value }: WantedSetting) => {
    const other = valueIn(left, name);
    return other !== undefined && !isSame(other, value);
  };
  if (openSettings(bios, wanted).length === 0 && !wanted.some(isLeftOtherwise)) return false;
  const isOnReset = textsIn(bios.body['@Redfish.Settings'], 'SupportedApplyTimes')?.includes('OnReset') ?? false;
  await bmc.patch(pending, {
    Attributes: changes,
    ...(isOnReset ? { '@Redfish.SettingsApplyTime': { ApplyTime: 'OnReset' } } : {}),
  });
  return true;
}

/**
 * Leaves the factory's settings for the next start of the machine.
 * @throws `unsupported` when the BMC cannot do it
 */
export async function stageFactoryReset(bmc: RedfishBmc, bios: Resource): Promise<void> {
  const target = objectIn(bios.body['Actions'], '#Bios.ResetBios')['target'];
  if (typeof target !== 'string')
    throw new BessemerError(
      'unsupported',
      `The BMC at ${bmc.address} cannot reset the BIOS settings of ${bios.path}.`,
      {
        remedy: 'Reset them in the setup of the firmware.',
      },
    );
  await bmc.post(target, {});
}

/** When the BIOS last took what was left for it, in the BMC's words; undefined where the BMC does not tell. */
export const lastApplied = (bios: Resource): string | undefined => {
  const time = objectIn(bios.body, '@Redfish.Settings')['Time'];
  return typeof time === 'string' ? time : undefined;
};

/** What the BIOS said against what was left for it. */
export function refusalsIn(bios: Resource): string[] {
  const messages = objectIn(bios.body, '@Redfish.Settings')['Messages'];
  return (Array.isArray(messages) ? messages : [])
    .filter(isJsonObject)
    .filter((message) => (message['MessageSeverity'] ?? message['Severity']) === 'Critical')
    .map((message) => String(message['Message'] ?? message['MessageId'] ?? 'no reason was given'));
}
