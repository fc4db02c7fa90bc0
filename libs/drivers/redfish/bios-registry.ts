import { type BiosSetting, isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import type { RedfishBmc } from './redfish.js';
import { linkIn, linksIn, type Resource } from './resource.js';

/** What the registry of a machine says of a setting. */
export type AttributeFacts = Omit<BiosSetting, 'name' | 'value'>;

/** BMCs have some thirty registries; one with more is not searched to its end. */
const mostRegistries = 60;
const largestBound = 2 ** 31 - 1;

/**
 * The facts that the BMC's registry has of the settings of a BIOS, by name; none where the BIOS names no registry.
 * @throws `hardware-failure` when the registry that it names cannot be read
 */
export async function readRegistry(bmc: RedfishBmc, bios: Resource): Promise<ReadonlyMap<string, AttributeFacts>> {
  const name = bios.body['AttributeRegistry'];
  const collection = typeof name === 'string' ? linkIn((await bmc.root()).body, 'Registries') : undefined;
  if (typeof name !== 'string' || collection === undefined) return new Map();
  const path = await findRegistry(bmc, linksIn((await bmc.get(collection)).body, 'Members'), name);
  if (path === undefined) return new Map();
  const { body } = await bmc.get(path);
  const entries = isJsonObject(body['RegistryEntries']) ? body['RegistryEntries']['Attributes'] : undefined;
  const attributes = (Array.isArray(entries) ? entries : []).filter(isJsonObject);
  return new Map(attributes.map((attribute) => [String(attribute['AttributeName']), factsOf(attribute)]));
}

/** The path of the registry's own document. Its version at the BMC may differ from the one that the BIOS names. */
async function findRegistry(bmc: RedfishBmc, members: readonly string[], name: string): Promise<string | undefined> {
  const isAlike = (text: Json | undefined) => typeof text === 'string' && stemOf(text) === stemOf(name);
  const rank = (path: string) => {
    const last = path.replace(/\/$/, '').split('/').pop() ?? '';
    return last === name ? 0 : isAlike(last) ? 1 : 2;
  };
  for (const path of [...members].sort((a, b) => rank(a) - rank(b)).slice(0, mostRegistries)) {
    const { body } = await bmc.get(path);
    if (isAlike(body['Registry']) || isAlike(body['Id'])) return locationIn(body);
  }
  return undefined;
}

const stemOf = (name: string): string => (name.split('.')[0] ?? name).toLowerCase();

function locationIn(body: JsonObject): string | undefined {
  const locations = (Array.isArray(body['Location']) ? body['Location'] : []).filter(isJsonObject);
  const english = locations.find(({ Language: language }) => String(language).toLowerCase().startsWith('en'));
  const uri = (english ?? locations[0])?.['Uri'];
  // Older HPE firmware wraps the address.
  const path = isJsonObject(uri) ? uri['extref'] : uri;
  return typeof path === 'string' ? path : undefined;
}

function factsOf(attribute: JsonObject): AttributeFacts {
  const values = (Array.isArray(attribute['Value']) ? attribute['Value'] : [])
    .map((value) => (isJsonObject(value) ? value['ValueName'] : undefined))
    .filter((value) => typeof value === 'string');
  const facts = {
    attribute_type: textIn(attribute['Type']),
    allowable_values: values.length > 0 ? values : undefined,
    lower_bound: boundIn(attribute['LowerBound']),
    upper_bound: boundIn(attribute['UpperBound']),
    min_length: boundIn(attribute['MinLength']),
    max_length: boundIn(attribute['MaxLength']),
    read_only: flagIn(attribute['ReadOnly']),
    reset_required: flagIn(attribute['ResetRequired']),
    unique: flagIn(attribute['IsSystemUniqueProperty']),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
}

const textIn = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);
const flagIn = (value: Json | undefined) => (typeof value === 'boolean' ? value : undefined);
/** A bound that the record can hold; a wider one bounds nothing in practice. */
const boundIn = (value: Json | undefined) =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= largestBound ? value : undefined;
