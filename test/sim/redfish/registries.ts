import type { Answer } from './answer.js';
import { collectionResource } from './resources.js';

/** The name that the BIOS gives; the BMC has another version of it, as many do. */
export const biosRegistry = 'BiosAttributeRegistry.v1_0_3';

const root = '/redfish/v1/Registries';
const document = `${root}/BiosAttributeRegistry/BiosAttributeRegistry.v1_0_0.json`;

/** What the registry says of the settings of a simulated BIOS. */
export const biosAttributes: readonly object[] = [
  {
    ...{ AttributeName: 'LogicalProc', Type: 'Enumeration', ReadOnly: false, ResetRequired: true },
    Value: [{ ValueName: 'Enabled' }, { ValueName: 'Disabled' }],
  },
  { AttributeName: 'MaxCores', Type: 'Integer', LowerBound: 1, UpperBound: 16, ReadOnly: false },
  { AttributeName: 'MemoryLimit', Type: 'Integer', LowerBound: 0, UpperBound: 2 ** 40, ReadOnly: false },
  { AttributeName: 'SerialPort', Type: 'Boolean', ReadOnly: false },
  { AttributeName: 'AssetTag', Type: 'String', MinLength: 0, MaxLength: 8, IsSystemUniqueProperty: true },
  { AttributeName: 'SystemModel', Type: 'String', ReadOnly: true },
  { AttributeName: 'AdminPassword', Type: 'Password', MaxLength: 32, ReadOnly: false },
];

const location = (name: string, uri: string) => ({
  body: { Id: name, Registry: `${name}.v1_0_0`, Location: [{ Language: 'en', Uri: uri }] },
});

/**
 * The registries that tell what messages and BIOS settings mean.
 * @param attributes what is said of the settings
 */
export function registryAnswer(path: string, attributes: readonly object[]): Answer | undefined {
  if (path === root) return { body: collectionResource(root, [`${root}/Base`, `${root}/BiosAttributeRegistry`]) };
  if (path === `${root}/Base`) return location('Base', `${root}/Base/Base.v1_0_0.json`);
  if (path === `${root}/BiosAttributeRegistry`) return location('BiosAttributeRegistry', document);
  return path === document ? { body: { RegistryEntries: { Attributes: attributes } } } : undefined;
}
