import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { RedfishBmc } from './redfish.js';
import { linksIn, objectIn, type Resource } from './resource.js';

/** States of an indicator in the standard's words. */
const words = [
  { state: 'on', word: 'Lit' },
  { state: 'off', word: 'Off' },
  { state: 'blinking', word: 'Blinking' },
] as const;

/** A light on a machine or on a chassis. */
export interface Indicator {
  readonly component: 'system' | 'chassis';
  readonly name: string;
  readonly resource: Resource;
}

/** The old property says more (it blinks); the new one is all that newer BMCs have. */
const hasWords = ({ body }: Resource): boolean => typeof body['IndicatorLED'] === 'string';
const hasFlag = ({ body }: Resource): boolean => typeof body['LocationIndicatorActive'] === 'boolean';

const statesOf = (resource: Resource): string[] =>
  hasWords(resource) ? words.map(({ state }) => state) : ['on', 'off'];

async function allIndicators(bmc: RedfishBmc): Promise<Indicator[]> {
  const system = await bmc.system();
  const found: Indicator[] = [{ component: 'system', name: 'led', resource: system }];
  for (const path of linksIn(objectIn(system.body, 'Links'), 'Chassis')) {
    const resource = await bmc.get(path);
    found.push({ component: 'chassis', name: String(resource.body['Id']), resource });
  }
  return found.filter(({ resource }) => hasWords(resource) || hasFlag(resource));
}

/** Indicators by component, as clients are shown them. */
export async function indicatorsOf(bmc: RedfishBmc): Promise<JsonObject> {
  const shown: Record<string, JsonObject> = {};
  for (const { component, name, resource } of await allIndicators(bmc))
    shown[component] = { ...shown[component], [name]: { readonly: false, states: statesOf(resource) } };
  return shown;
}

/**
 * The indicator of that name.
 * @throws `invalid`, naming the ones that there are
 */
export async function requireIndicator(bmc: RedfishBmc, component: string, name: string): Promise<Indicator> {
  const all = await allIndicators(bmc);
  const found = all.find((candidate) => candidate.component === component && candidate.name === name);
  if (found !== undefined) return found;
  const names = all.map((indicator) => `${indicator.name}@${indicator.component}`).join(', ');
  throw new BessemerError('invalid', `Invalid indicator ${name}@${component} specified.`, {
    field: 'indicator',
    remedy: `Indicators: ${names || 'none'}.`,
  });
}

/** `on`, `off`, `blinking`, or `unknown` when the BMC says nothing that is known. */
export function readIndicator({ resource }: Indicator): string {
  if (hasWords(resource)) return words.find(({ word }) => word === resource.body['IndicatorLED'])?.state ?? 'unknown';
  return resource.body['LocationIndicatorActive'] === true ? 'on' : 'off';
}

/**
 * Sets the indicator.
 * @throws `invalid` for a state that it does not have
 */
export async function writeIndicator(bmc: RedfishBmc, { component, name, resource }: Indicator, state: string) {
  const states = statesOf(resource);
  const word = words.find((candidate) => candidate.state === state)?.word;
  if (word === undefined || !states.includes(state))
    throw new BessemerError('invalid', `The indicator ${name}@${component} has no state ${state}.`, {
      field: 'state',
      remedy: `Its states: ${states.join(', ')}.`,
    });
  await bmc.patch(resource, hasWords(resource) ? { IndicatorLED: word } : { LocationIndicatorActive: state === 'on' });
}
