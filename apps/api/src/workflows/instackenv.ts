import {
  interfaceKinds,
  isJsonObject,
  isMacAddress,
  isUuid,
  type Json,
  type JsonObject,
  type MacAddress,
  parseMacAddress,
} from '@bessemer/contracts';
import { bmcIdentity, mappingOf, type PmTypeMapping } from './instackenv-drivers.js';

/**
 * Reads an instackenv.json (reference: tripleo-workflows.md §1–4): every problem of the whole file at once, each with
 * the index of its record, so that one look is enough to mend it.
 */

/** A port that a record asks for. */
export interface RegistrationPort {
  address: MacAddress;
  physical_network?: string;
  local_link_connection?: JsonObject;
}

/** One machine of the file, in the terms of a node. */
export interface Registration {
  index: number;
  uuid?: string;
  name?: string;
  driver: string;
  driver_info: JsonObject;
  properties: JsonObject;
  extra: JsonObject;
  resource_class?: string;
  conductor_group?: string;
  /** `deploy_interface` and the like. */
  interfaces: Record<string, string>;
  ports: RegistrationPort[];
  /** What tells its BMC from others; null when it has none. */
  bmc: string | null;
}

/** What is wrong with one record of the file, or with the whole file (`index` null). */
export interface ImportProblem {
  index: number | null;
  field: string | null;
  message: string;
}

/** The machines of a file; to be used only when `problems` is empty. */
export interface ParsedFile {
  registrations: Registration[];
  problems: ImportProblem[];
  warnings: ImportProblem[];
}

const scalarProperties = { cpu: 'cpus', memory: 'memory_mb', disk: 'local_gb', arch: 'cpu_arch' } as const;
const ignoredFields = new Set(['_comment']);
const plainFields = new Set([
  ...Object.keys(scalarProperties),
  ...['pm_type', 'name', 'uuid', 'root_device', 'capabilities', 'profile', 'kernel_id', 'ramdisk_id', 'resource_class'],
  ...['platform', 'conductor_group', 'ports', 'mac'],
  ...interfaceKinds.map((kind) => `${kind}_interface`),
]);

/** Collects the problems of one record. */
class RecordReader {
  readonly problems: ImportProblem[] = [];
  readonly warnings: ImportProblem[] = [];

  constructor(
    readonly index: number,
    readonly fields: JsonObject,
  ) {}

  problem(field: string | null, message: string): void {
    this.problems.push({ index: this.index, field, message });
  }

  warn(field: string | null, message: string): void {
    this.warnings.push({ index: this.index, field, message });
  }

  text(field: string): string | undefined {
    const value = this.fields[field];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    this.problem(field, `"${field}" must be a string.`);
    return undefined;
  }
}

/**
 * Parses the content of a file.
 *
 * @param content the parsed JSON: `{nodes: […]}` or the list itself
 * @param enabledTypes hardware types that a live conductor serves
 */
export function parseInstackenv(content: unknown, enabledTypes: readonly string[]): ParsedFile {
  const list = Array.isArray(content) ? content : isJsonObject(content) ? content['nodes'] : undefined;
  if (!Array.isArray(list))
    return {
      registrations: [],
      warnings: [],
      problems: [whole('nodes', 'Expected a list of nodes, or an object with one under "nodes".')],
    };
  if (list.length === 0)
    return { registrations: [], warnings: [], problems: [whole('nodes', 'The file names no node.')] };

  const registrations: Registration[] = [];
  const problems: ImportProblem[] = [];
  const warnings: ImportProblem[] = [];
  for (const [index, fields] of list.entries()) {
    if (!isJsonObject(fields)) {
      problems.push({ index, field: null, message: 'Expected an object.' });
      continue;
    }
    const record = new RecordReader(index, fields);
    const registration = parseRecord(record, enabledTypes);
    if (registration) registrations.push(registration);
    problems.push(...record.problems);
    warnings.push(...record.warnings);
  }
  problems.push(...duplicates(registrations));
  return { registrations, problems, warnings };
}

function whole(field: string, message: string): ImportProblem {
  return { index: null, field, message };
}

function parseRecord(record: RecordReader, enabledTypes: readonly string[]): Registration | undefined {
  const pmType = record.text('pm_type');
  if (pmType === undefined) {
    if (record.problems.length === 0) record.problem('pm_type', 'pm_type is required, for example "ipmi".');
    return undefined;
  }
  const mapping = mappingOf(pmType);
  if (!mapping) {
    record.problem('pm_type', `Unknown pm_type "${pmType}".`);
    return undefined;
  }
  if (!enabledTypes.includes(mapping.hardwareType))
    record.problem(
      'pm_type',
      `No conductor serves the hardware type "${mapping.hardwareType}"; there are: ${enabledTypes.join(', ') || 'none'}.`,
    );
  if (pmType !== mapping.hardwareType)
    record.warn('pm_type', `"${pmType}" is an old name; the node gets the hardware type "${mapping.hardwareType}".`);

  const driverInfo = parseDriverInfo(record, mapping);
  const uuid = record.text('uuid');
  if (uuid !== undefined && !isUuid(uuid)) record.problem('uuid', 'uuid must be a UUID.');
  const interfaces: Record<string, string> = {};
  for (const kind of interfaceKinds) {
    const value = record.text(`${kind}_interface`);
    if (value !== undefined) interfaces[`${kind}_interface`] = value;
  }
  const extra: JsonObject = {};
  const platform = record.text('platform');
  if (platform !== undefined) {
    if (record.fields['arch'] === undefined) record.problem('platform', 'platform needs arch beside it.');
    extra['tripleo_platform'] = platform;
  }
  return {
    index: record.index,
    uuid: uuid?.toLowerCase(),
    name: record.text('name'),
    driver: mapping.hardwareType,
    driver_info: driverInfo,
    properties: parseProperties(record),
    extra,
    resource_class: record.text('resource_class'),
    conductor_group: record.text('conductor_group'),
    interfaces,
    ports: parsePorts(record),
    bmc: bmcIdentity(mapping.hardwareType, driverInfo),
  };
}

function parseDriverInfo(record: RecordReader, mapping: PmTypeMapping): JsonObject {
  const info: JsonObject = {};
  for (const field of mapping.mandatory)
    if (record.fields[field] === undefined || record.fields[field] === '')
      record.problem(field, `${field} is required.`);
  for (const [field, value] of Object.entries(record.fields)) {
    const key = mapping.keys[field];
    if (key !== undefined) {
      const checked = checkPmField(record, field, value);
      const isDefault = field === 'pm_port' && Number(checked) === mapping.defaultPort;
      if (checked !== undefined && !isDefault) info[key] = checked;
    } else if (mapping.prefix !== null && field.startsWith(mapping.prefix)) info[field] = value;
    else if (field.startsWith('pm_') && field !== 'pm_type')
      record.warn(field, `${field} means nothing to the hardware type "${mapping.hardwareType}" and is left out.`);
    else if (!plainFields.has(field) && !ignoredFields.has(field)) record.problem(field, `Unknown field "${field}".`);
  }
  for (const [field, keys] of [
    ['kernel_id', ['deploy_kernel', 'rescue_kernel']],
    ['ramdisk_id', ['deploy_ramdisk', 'rescue_ramdisk']],
  ] as const) {
    const value = record.text(field);
    if (value !== undefined) for (const key of keys) info[key] = value;
  }
  return info;
}

function checkPmField(record: RecordReader, field: string, value: Json): Json | undefined {
  if (field === 'pm_port') {
    const port = Number(value);
    if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
    record.problem(field, 'pm_port must be a port number from 1 to 65535.');
    return undefined;
  }
  if (typeof value === 'string') return value;
  record.problem(field, `${field} must be a string.`);
  return undefined;
}

function parseProperties(record: RecordReader): JsonObject {
  const properties: JsonObject = {};
  for (const [field, property] of Object.entries(scalarProperties)) {
    const value = record.fields[field];
    if (value === undefined || value === null || value === '') continue;
    if (field === 'arch') {
      if (typeof value === 'string') properties[property] = value;
      else record.problem(field, 'arch must be a string, for example "x86_64".');
    } else if (/^\d+$/.test(String(value))) properties[property] = Number(value);
    else record.problem(field, `${field} must be a whole number.`);
  }
  const rootDevice = record.fields['root_device'];
  if (rootDevice !== undefined) {
    if (isJsonObject(rootDevice)) properties['root_device'] = rootDevice;
    else record.problem('root_device', 'root_device must be an object of hints, for example {"serial": "…"}.');
  }
  const capabilities = parseCapabilities(record);
  const profile = record.text('profile');
  if (profile !== undefined) capabilities.set('profile', profile);
  if (capabilities.size > 0)
    properties['capabilities'] = [...capabilities]
      .sort(([first], [second]) => (first < second ? -1 : 1))
      .map(([key, value]) => `${key}:${value}`)
      .join(',');
  return properties;
}

function parseCapabilities(record: RecordReader): Map<string, string> {
  const value = record.fields['capabilities'];
  const capabilities = new Map<string, string>();
  if (value === undefined || value === null || value === '') return capabilities;
  if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) capabilities.set(key, String(item));
    return capabilities;
  }
  const pairs =
    typeof value === 'string' ? value.split(',').map((pair) => pair.split(':', 2).map((part) => part.trim())) : [];
  if (typeof value !== 'string' || pairs.some(([key, item]) => !key || item === undefined))
    record.problem('capabilities', 'capabilities must look like "key:value,key:value", or be an object.');
  for (const [key, item] of pairs) if (key && item !== undefined) capabilities.set(key, item);
  return capabilities;
}

function parsePorts(record: RecordReader): RegistrationPort[] {
  const ports: RegistrationPort[] = [];
  const legacy = record.fields['mac'];
  if (legacy !== undefined) {
    if (!Array.isArray(legacy)) record.problem('mac', 'mac must be a list of MAC addresses.');
    else for (const [at, address] of legacy.entries()) addPort(record, ports, `mac[${at}]`, address, {});
  }
  const listed = record.fields['ports'];
  if (listed === undefined) return ports;
  if (!Array.isArray(listed)) {
    record.problem('ports', 'ports must be a list of objects with an address.');
    return ports;
  }
  for (const [at, port] of listed.entries()) {
    if (isJsonObject(port)) addPort(record, ports, `ports[${at}].address`, port['address'], port);
    else record.problem(`ports[${at}]`, 'A port must be an object with an address.');
  }
  return ports;
}

function addPort(
  record: RecordReader,
  ports: RegistrationPort[],
  field: string,
  address: unknown,
  options: JsonObject,
): void {
  if (!isMacAddress(address)) {
    record.problem(field, `"${String(address)}" is no MAC address; write six colon-separated pairs of hex digits.`);
    return;
  }
  const port: RegistrationPort = { address: parseMacAddress(address) };
  const network = options['physical_network'];
  if (typeof network === 'string') port.physical_network = network;
  else if (network !== undefined)
    record.problem(field.replace('.address', '.physical_network'), 'physical_network must be a string.');
  const link = options['local_link_connection'];
  if (isJsonObject(link)) port.local_link_connection = link;
  else if (link !== undefined)
    record.problem(field.replace('.address', '.local_link_connection'), 'local_link_connection must be an object.');
  ports.push(port);
}

function duplicates(registrations: readonly Registration[]): ImportProblem[] {
  const problems: ImportProblem[] = [];
  const seen = new Map<string, number>();
  const claim = (index: number, field: string, kind: string, value: string): void => {
    const first = seen.get(`${kind} ${value}`);
    if (first === undefined) seen.set(`${kind} ${value}`, index);
    else problems.push({ index, field, message: `The ${kind} ${value} is given already at index ${first}.` });
  };
  for (const { index, name, uuid, bmc, ports } of registrations) {
    if (name !== undefined) claim(index, 'name', 'name', name);
    if (uuid !== undefined) claim(index, 'uuid', 'UUID', uuid);
    if (bmc !== null) claim(index, 'pm_addr', 'BMC', bmc);
    for (const port of ports) claim(index, 'mac', 'MAC address', port.address);
  }
  return problems;
}
