import { isDeepStrictEqual } from 'node:util';
import { interfaceKinds } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { mayUpdate } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import { chooseInterfaces, HardwareTypes } from '../drivers/hardware-types.js';
import type { RequestContext } from '../http/context.js';
import { applyPatch, fieldOf, type PatchOperation, readPatch, requirePatchable } from '../records/json-patch.js';
import { type RecordValues, readValue, refuseSealed, requireServed } from '../records/record-body.js';
import { allFields } from '../records/selection.js';
import { shapeOf } from '../records/shape.js';
import { duplicateIn } from '../records/write.js';
import { behaves } from '../versions/behaviours.js';
import { fieldsWhere } from '../versions/field.js';
import { nodeConductor, nodeFields } from '../versions/node-fields.js';
import { nodePatchParameters, readParameters } from '../versions/parameters.js';
import type { Decide, NodeChange } from './node-changes.js';
import { NodeEvents } from './node-events.js';
import { NodeGate } from './node-gate.js';
import { NodeLookup } from './node-lookup.js';
import { outOfMaintenance, sinceWhen } from './node-maintenance.js';
import { type NodeRow, stateOf, targetOf } from './node-row.js';
import { requireChangeAllowed, requireConsistent, requireNodeName } from './node-rules.js';
import { NodeSecrets } from './node-secrets.js';
import type { NodeView } from './node-views.js';
import { type LoadedNode, nodeNotFound } from './nodes.repository.js';
import { interfacesIn, NodesService, nodeDuplicate } from './nodes.service.js';

const patchable = fieldsWhere(nodeFields, (field) => field.patch === true);
const noValues = shapeOf(patchable, null);

const isOnlyRelease = (patch: readonly PatchOperation[]): boolean =>
  patch.length === 1 && patch[0]?.op === 'remove' && patch[0].path === '/instance_uuid';

/** Ironic breaks on this; what is meant is said by a null. */
function requireNoBareRemoval(patch: readonly PatchOperation[]): void {
  if (patch.some((operation) => operation.path === '/automated_clean' && operation.op === 'remove'))
    throw new BessemerError('invalid', 'automated_clean cannot be removed.', {
      field: '/automated_clean',
      remedy: 'Replace it by null, true or false.',
    });
}

function checkVersion(patch: readonly PatchOperation[], minor: number): void {
  requireServed(nodeFields, patch.map(fieldOf), minor);
  for (const operation of patch)
    if (operation.path === '/chassis_uuid' && operation.op === 'remove' && !behaves('unset-chassis', minor))
      throw new BessemerError('not-acceptable', 'Request not acceptable. chassis_uuid may be unset from 1.25 on.', {
        field: 'chassis_uuid',
      });
}

/** Fields whose removal gives them the value of a new record. */
const resets: Readonly<Record<string, unknown>> = {
  conductor_group: '',
  maintenance: false,
  protected: false,
  retired: false,
  disable_power_off: false,
};

/**
 * A patched node is shown as it was while the patch held it: reserved by its conductor. Clients know the answer in this
 * form; a look afterwards shows the reservation as it is.
 */
const patchedNode: NodeView = {
  name: 'patched nodes',
  selection: (minor) =>
    allFields(nodeFields, minor).map(([name, field]) =>
      name === 'reservation'
        ? [name, { ...field, sql: () => `COALESCE(r.reservation, ${nodeConductor})` }]
        : [name, field],
    ),
};

/** JSON patches of nodes. */
@Injectable()
export class NodePatchService {
  constructor(
    private readonly service: NodesService,
    private readonly lookup: NodeLookup,
    private readonly gate: NodeGate,
    private readonly types: HardwareTypes,
    private readonly secrets: NodeSecrets,
    private readonly events: NodeEvents,
  ) {}

  /** Applies the patch and returns the node as it is shown. */
  async patch(ident: string, body: unknown, query: unknown, context: RequestContext): Promise<string> {
    const patch = readPatch(body, context.minor);
    const { reset_interfaces: reset } = readParameters(nodePatchParameters, query, context.minor);
    requirePatchable(patch, patchable);
    checkVersion(patch, context.minor);
    requireNoBareRemoval(patch);
    for (const operation of patch) refuseSealed(operation.value, operation.path);
    if (reset === true && !patch.some((operation) => fieldOf(operation) === 'driver'))
      throw new BessemerError(
        'invalid',
        "The reset_interfaces parameter can only be used when changing the node's driver.",
        {
          field: 'reset_interfaces',
        },
      );
    const uuid = await this.lookup.uuidOf(ident, context);
    const shown = await this.apply(uuid, patch, reset === true, context);
    if (shown === undefined) throw nodeNotFound(ident);
    return shown;
  }

  private async apply(
    uuid: string,
    patch: readonly PatchOperation[],
    reset: boolean,
    context: RequestContext,
  ): Promise<string | undefined> {
    let after: RecordValues = {};
    try {
      const decide: Decide = async (found, tx) => {
        this.requireUpdatable(found.node, patch, context);
        after = await this.valuesAfter(tx, found.node, patch, reset, context);
        return this.changeTo(found, after);
      };
      const dependsOnOthers = patch.some((operation) => fieldOf(operation) === 'parent_node');
      const showAs = { showing: context, view: patchedNode };
      return dependsOnOthers
        ? await this.gate.changeAlone(uuid, context, decide, showAs)
        : await this.gate.change(uuid, context, decide, showAs);
    } catch (error) {
      const constraint = duplicateIn(error);
      throw constraint === undefined ? error : nodeDuplicate(constraint, after);
    }
  }

  private requireUpdatable(node: NodeRow, patch: readonly PatchOperation[], { minor }: RequestContext): void {
    const request = { version: minor, releasesInstanceInMaintenance: node.maintenance && isOnlyRelease(patch) };
    if (!mayUpdate(stateOf(node), targetOf(node), request))
      throw new BessemerError(
        'conflict',
        `Node ${node.uuid} can not be updated while a state transition is in progress.`,
      );
  }

  private async valuesAfter(
    tx: Transaction,
    node: NodeRow,
    patch: readonly PatchOperation[],
    reset: boolean,
    context: RequestContext,
  ): Promise<RecordValues> {
    const before: RecordValues = { ...noValues };
    for (const name of patchable) before[name] = Reflect.get(node, name);
    const patched = applyPatch(before, patch);
    const touched = new Set(patch.map(fieldOf));
    for (const name of touched) {
      const field = nodeFields[name];
      if (field === undefined) continue;
      const isReset = patched[name] === null && Object.hasOwn(resets, name);
      patched[name] = isReset ? resets[name] : readValue('node', name, field, patched[name]);
    }
    if (typeof patched['conductor_group'] === 'string')
      patched['conductor_group'] = patched['conductor_group'].toLowerCase();
    if (touched.has('name')) requireNodeName(patched['name'], context.minor);
    for (const flag of ['retired', 'protected'])
      if (touched.has(flag) && patched[flag] === false && !touched.has(`${flag}_reason`))
        patched[`${flag}_reason`] = null;
    requireConsistent(patched);
    await this.service.requireReferences(patched, node, tx);
    await this.resolveInterfaces(tx, patched, touched, reset);
    return this.secrets.seal(node.uuid, patched, node, tx);
  }

  /** Interfaces are looked at anew when one of them, the driver or the group changes. */
  private async resolveInterfaces(
    tx: Transaction,
    patched: RecordValues,
    touched: ReadonlySet<string>,
    reset: boolean,
  ): Promise<void> {
    const names = interfaceKinds.map((kind) => `${kind}_interface`);
    const isMoved = touched.has('driver') || touched.has('conductor_group');
    if (!isMoved && !names.some((name) => touched.has(name))) return;
    const type = await this.types.require(String(patched['driver']), String(patched['conductor_group']), tx);
    const given = interfacesIn(patched);
    if (reset) for (const name of names) if (!touched.has(name)) Reflect.deleteProperty(given, name);
    Object.assign(patched, chooseInterfaces(type, given));
  }

  private changeTo(found: LoadedNode, after: RecordValues): NodeChange | null {
    const { node, allocation } = found;
    const changed = new Set(
      patchable.filter((name) => !isDeepStrictEqual(Reflect.get(node, name) ?? null, after[name] ?? null)),
    );
    if (changed.size === 0) return null;
    requireChangeAllowed(node, after, changed, allocation !== null);
    const changes: Record<string, unknown> = Object.fromEntries([...changed].map((name) => [name, after[name]]));
    if (changed.has('maintenance'))
      Object.assign(
        changes,
        after['maintenance'] === false ? outOfMaintenance : { maintenance_since: sinceWhen(node, true) },
      );
    return {
      changes,
      endsAllocation: changed.has('instance_uuid') && after['instance_uuid'] === null,
      messages: (row) => this.events.ofUpdate(found, row),
    };
  }
}
