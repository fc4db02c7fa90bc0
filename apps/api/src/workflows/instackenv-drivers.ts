import type { JsonObject } from '@bessemer/contracts';

/** How the `pm_*` fields of one kind of BMC become a hardware type and its `driver_info`. */
export interface PmTypeMapping {
  /** Matches `pm_type` as a whole. */
  pattern: RegExp;
  hardwareType: string;
  /** Prefix of the `driver_info` keys; fields of the file that begin with it pass through. Null: it has no BMC. */
  prefix: string | null;
  /** `pm_*` fields that must be there. */
  mandatory: readonly string[];
  /** `driver_info` key for each `pm_*` field that it takes. */
  keys: Readonly<Record<string, string>>;
  /** Default of `pm_port`, left out of `driver_info` unless the file names another one. */
  defaultPort?: number;
}

const standardKeys = (prefix: string): Record<string, string> => ({
  pm_addr: `${prefix}address`,
  pm_user: `${prefix}username`,
  pm_password: `${prefix}password`,
});

const withPort = (prefix: string): Record<string, string> => ({ ...standardKeys(prefix), pm_port: `${prefix}port` });

/** The table of TripleO (reference: tripleo-workflows.md §3), without the types that were never part of Ironic. */
export const pmTypeMappings: readonly PmTypeMapping[] = [
  {
    pattern: /^(ipmi|.*_ipmitool)$/,
    hardwareType: 'ipmi',
    prefix: 'ipmi_',
    mandatory: ['pm_addr'],
    keys: withPort('ipmi_'),
    defaultPort: 623,
  },
  {
    pattern: /^redfish$/,
    hardwareType: 'redfish',
    prefix: 'redfish_',
    mandatory: ['pm_addr', 'pm_system_id'],
    keys: { ...standardKeys('redfish_'), pm_system_id: 'redfish_system_id' },
  },
  {
    pattern: /^(idrac|.*_drac)$/,
    hardwareType: 'idrac',
    prefix: 'redfish_',
    mandatory: ['pm_addr', 'pm_user', 'pm_password'],
    keys: { ...standardKeys('redfish_'), pm_system_id: 'redfish_system_id' },
  },
  {
    pattern: /^(manual-management|fake_pxe|fake_agent)$/,
    hardwareType: 'manual-management',
    prefix: null,
    mandatory: [],
    keys: {},
  },
  { pattern: /^(fake|fake-hardware)$/, hardwareType: 'fake-hardware', prefix: null, mandatory: [], keys: {} },
];

/** The mapping of a `pm_type`, if it is one that Bessemer knows. */
export function mappingOf(pmType: string): PmTypeMapping | undefined {
  return pmTypeMappings.find((mapping) => mapping.pattern.test(pmType));
}

/**
 * What tells one BMC from another, for example `10.0.0.8:623`; null when the type has none. The same rule serves for
 * a record of the file and for a node that is registered already.
 */
export function bmcIdentity(hardwareType: string, driverInfo: JsonObject): string | null {
  const mapping = pmTypeMappings.find((candidate) => candidate.hardwareType === hardwareType);
  if (mapping?.prefix == null) return null;
  const address = driverInfo[`${mapping.prefix}address`];
  if (typeof address !== 'string' || address === '') return null;
  const host = address.replace(/^https?:\/\//i, '').toLowerCase();
  if (mapping.prefix === 'redfish_') {
    const path = driverInfo['redfish_system_id'];
    return `${host}${typeof path === 'string' ? path.toLowerCase() : ''}`;
  }
  const port = driverInfo[`${mapping.prefix}port`] ?? mapping.defaultPort ?? '';
  return `${host}:${String(port)}`;
}

/** Keys of `driver_info` under which the address of a BMC may stand. */
export const bmcKeys: readonly string[] = [
  ...new Set(pmTypeMappings.flatMap(({ prefix }) => (prefix === null ? [] : [`${prefix}address`]))),
];
