import { interfaceKinds, isJsonObject, isUuid } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import {
  deletableStates,
  mayChangeInterfaces,
  mayChangeOwner,
  mayChangeResourceClass,
  mayDeleteNode,
  mayProtect,
  mayReleaseAllocation,
  mayRetire,
} from '@bessemer/lifecycle';
import type { RequestContext } from '../http/context.js';
import type { RecordValues } from '../records/record-body.js';
import { isLogicalName, shorten } from '../records/values.js';
import { behaves } from '../versions/behaviours.js';
import { type NodeRow, stateOf } from './node-row.js';

const reservedNames = ['maintenance', 'management', 'states', 'vendor_passthru', 'detail', 'validate'];
const countedProperties = ['cpus', 'local_gb', 'memory_mb'];
const hostName = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

const invalid = (message: string, field: string): BessemerError => new BessemerError('invalid', message, { field });
const conflict = (message: string, field: string): BessemerError => new BessemerError('conflict', message, { field });

/** Throws `invalid` for a name that no node may have (reference: api.md §0.4, §2.2). */
export function requireNodeName(name: unknown, minor: number): void {
  if (name === null || name === undefined) return;
  const isValid = isLogicalName(name) && (behaves('unrestricted-node-names', minor) || hostName.test(name));
  if (!isValid) throw invalid(`Cannot create node with invalid name '${shorten(name)}'`, 'name');
  if (reservedNames.includes(name))
    throw invalid(
      `The word "${name}" is reserved and can not be used as a node name. Reserved words are: ${reservedNames.join(', ')}.`,
      'name',
    );
}

function requireCounts(properties: unknown): void {
  if (!isJsonObject(properties)) return;
  const wrong = countedProperties.filter((name) => {
    const value = properties[name];
    if (value === undefined || value === null) return false;
    return !/^\d+$/.test(String(value)) || typeof value === 'object';
  });
  if (wrong.length > 0)
    throw invalid(
      `The following properties should be non-negative integers, but provided values are: ${wrong.map((name) => `${name}=${shorten(properties[name])}`).join(', ')}`,
      'properties',
    );
}

const networkDataParts = ['links', 'networks', 'services'];

function requireNetworkData(data: unknown): void {
  if (!isJsonObject(data) || Object.keys(data).length === 0) return;
  for (const name of Object.keys(data))
    if (!networkDataParts.includes(name))
      throw invalid(
        `Invalid network_data: Additional properties are not allowed ('${shorten(name)}' was unexpected)`,
        'network_data',
      );
  for (const name of networkDataParts) {
    const part = data[name];
    if (part === undefined && name !== 'services')
      throw invalid(`Invalid network_data: '${name}' is a required property`, 'network_data');
    if (part !== undefined && (!Array.isArray(part) || !part.every(isJsonObject)))
      throw invalid(`Invalid network_data: '${name}' is not a list of objects`, 'network_data');
  }
}

/** Rules that hold for the values of a node whoever writes them. Throws `invalid`, naming the field. */
export function requireConsistent(values: RecordValues): void {
  requireCounts(values['properties']);
  requireNetworkData(values['network_data']);
  for (const flag of ['retired', 'protected'])
    if (values[flag] !== true && typeof values[`${flag}_reason`] === 'string')
      throw invalid(`The ${flag}_reason field can only be set when ${flag} is True`, `${flag}_reason`);
}

/** Who may create a node with which owner: under noauth the headers of scope and project are believed. */
export function requireOwnProject(owner: unknown, context: RequestContext): void {
  if (owner === undefined || owner === null || context.isSystemScoped || context.project === owner) return;
  throw invalid('Cannot create a node as a project scoped admin with an owner other than your own project.', 'owner');
}

function requireState(before: NodeRow, after: RecordValues, changed: ReadonlySet<string>): void {
  const state = stateOf(before);
  if (changed.has('protected') && after['protected'] === true && !mayProtect(state))
    throw conflict(
      `Node ${before.uuid} can only be made protected in provision states 'active' or 'rescue', the current state is '${state}'`,
      'protected',
    );
  if (changed.has('retired') && after['retired'] === true && !mayRetire(state))
    throw conflict(`Node ${before.uuid} can not have 'retired' set in provision state '${state}'`, 'retired');
  if (changed.has('resource_class') && before.resource_class !== null && !mayChangeResourceClass(state))
    throw conflict(
      `Node ${before.uuid} can not have resource_class updated unless it is in one of allowed (enroll, inspecting, inspect wait, manageable, available) states.`,
      'resource_class',
    );
  if (changed.has('owner') && !mayChangeOwner(state))
    throw conflict(`Cannot update owner of node "${before.uuid}" while it is in state "${state}".`, 'owner');
  const moved = interfaceKinds.map((kind) => `${kind}_interface`).find((field) => changed.has(field));
  if (moved !== undefined && !mayChangeInterfaces(state, before))
    throw conflict(
      `Node ${before.uuid} can not have ${moved} updated unless it is in one of allowed (enroll, inspecting, inspect wait, manageable, available) states or in maintenance mode.`,
      moved,
    );
}

/**
 * Rules for a change of a node that depend on its state (reference: states.md §7).
 *
 * @param changed the fields whose values differ
 * @param isAllocated whether an allocation holds the node
 * @throws `conflict`, naming the field
 */
export function requireChangeAllowed(
  before: NodeRow,
  after: RecordValues,
  changed: ReadonlySet<string>,
  isAllocated: boolean,
): void {
  if (changed.has('driver') && before.console_enabled)
    throw conflict(`Cannot change the driver of node "${before.uuid}" while its console is enabled.`, 'driver');
  if (changed.has('instance_uuid') && before.instance_uuid !== null) {
    if (after['instance_uuid'] !== null)
      throw conflict(`Node ${before.uuid} is associated with instance ${before.instance_uuid}.`, 'instance_uuid');
    if (isAllocated && !mayReleaseAllocation(stateOf(before), before))
      throw conflict(`Node ${before.uuid} cannot be released from its allocation now.`, 'instance_uuid');
  }
  if (changed.has('owner') && isAllocated)
    throw conflict(`Cannot update owner of node "${before.uuid}" while it is allocated.`, 'owner');
  requireState(before, after, changed);
}

/** Whether the node may be deleted; throws `forbidden` or `conflict` with the reason. */
export function requireDeletable(node: NodeRow): void {
  if (node.protected)
    throw new BessemerError('forbidden', `Node ${node.uuid} is protected and cannot be undeployed, rebuilt or deleted`);
  if (node.instance_uuid !== null && !node.maintenance)
    throw new BessemerError('conflict', `Node ${node.uuid} is associated with instance ${node.instance_uuid}.`);
  if (!mayDeleteNode(stateOf(node), node))
    throw new BessemerError(
      'conflict',
      `Can not delete node "${node.uuid}" while it is in provision state "${node.provision_state}". Valid provision states to perform deletion are: ${deletableStates().join(', ')}`,
      { remedy: 'Or set the node into maintenance mode.' },
    );
}

/** Throws for a node identifier that can be neither UUID nor name; the form of the answer is that of routing. */
export const isNodeIdent = (ident: string): boolean => isUuid(ident) || isLogicalName(ident);
