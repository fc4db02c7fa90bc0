import { randomUUID } from 'node:crypto';
import { Outbox } from '@bessemer/bus';
import { type InterfaceField, interfaceKinds } from '@bessemer/contracts';
import { Database, isDatabaseUnavailable, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { initialState } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import { ChassisRepository } from '../chassis/chassis.repository.js';
import { ChildrenRepository } from '../children/children.repository.js';
import { chooseInterfaces, HardwareTypes, type InterfaceChoice } from '../drivers/hardware-types.js';
import type { RequestContext } from '../http/context.js';
import { Gatherer } from '../records/gatherer.js';
import { type RecordValues, readNewRecord } from '../records/record-body.js';
import { allFields, showSelection } from '../records/selection.js';
import { filled, shapeOf } from '../records/shape.js';
import { duplicateIn, inTransaction, isMissingReference } from '../records/write.js';
import { TaskStart } from '../tasks/task-start.js';
import { nodeFields, nodeStateFields } from '../versions/node-fields.js';
import { type ParameterValues, readParameters, showParameters } from '../versions/parameters.js';
import { NodeEvents } from './node-events.js';
import { NodeGate } from './node-gate.js';
import { NodeLookup } from './node-lookup.js';
import type { NodeRow } from './node-row.js';
import { requireConsistent, requireDeletable, requireNodeName, requireOwnProject } from './node-rules.js';
import { NodeSecrets } from './node-secrets.js';
import { NodeViews, wholeNode } from './node-views.js';
import { NodesRepository, nodeNotFound } from './nodes.repository.js';

const interfaceFields: readonly InterfaceField[] = interfaceKinds.map((kind): InterfaceField => `${kind}_interface`);

/** The interfaces among the values of a record. */
export const interfacesIn = (values: RecordValues): InterfaceChoice =>
  Object.fromEntries(interfaceFields.map((field) => [field, typeof values[field] === 'string' ? values[field] : null]));

/** The refusal of a value that another node has already. */
export function nodeDuplicate(constraint: string, values: RecordValues): BessemerError {
  const field = ['instance_uuid', 'name', 'uuid'].find((name) => constraint.includes(name)) ?? 'uuid';
  const message =
    field === 'instance_uuid'
      ? `Instance ${String(values['instance_uuid'])} is already associated with a node.`
      : `A node with ${field === 'uuid' ? 'UUID' : field} ${String(values[field])} already exists.`;
  return new BessemerError('conflict', message, { field });
}

const chassisMissing = (chassis: unknown): BessemerError =>
  new BessemerError('invalid', `Chassis ${String(chassis)} could not be found.`, { field: 'chassis_uuid' });

/** What may be given of a new node, by its client or by the api. */
const newNode = shapeOf(
  [
    ...Object.keys(nodeFields).filter((name) => nodeFields[name]?.create === true),
    ...interfaceFields,
    'bmc_addresses',
    'conductor_group',
    'provision_state',
    'serial_number',
    'uuid',
  ],
  undefined,
);

/** A new node, and the request that asks for it. */
interface Creation {
  readonly record: RecordValues;
  readonly context: RequestContext;
}

/** Creating, showing and deleting nodes. */
@Injectable()
export class NodesService {
  private readonly creations = new Gatherer<Creation, string>((creations, next) => this.insertAll(creations, next), {
    largest: 48,
    atOnce: 1,
  });

  constructor(
    private readonly database: Database,
    private readonly nodes: NodesRepository,
    private readonly chassis: ChassisRepository,
    private readonly children: ChildrenRepository,
    private readonly lookup: NodeLookup,
    private readonly views: NodeViews,
    private readonly gate: NodeGate,
    private readonly types: HardwareTypes,
    private readonly secrets: NodeSecrets,
    private readonly events: NodeEvents,
    private readonly start: TaskStart,
    private readonly outbox: Outbox,
  ) {}

  /** Creates a node and returns it as it is shown. */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const record = await this.prepare(body, context);
    const uuid = String(record['uuid']);
    try {
      return { uuid, text: await this.creations.do({ record, context }) };
    } catch (error) {
      const constraint = duplicateIn(error);
      if (constraint !== undefined) throw nodeDuplicate(constraint, record);
      throw isMissingReference(error, 'nodes_chassis') ? chassisMissing(record['chassis_uuid']) : error;
    }
  }

  /** One transaction for all; when one of them spoils it, by a value that another node has, one for each. */
  private async insertAll(creations: readonly Creation[], letNextBegin: () => void): Promise<(string | Error)[]> {
    const committed = await this.insert(creations, letNextBegin).catch((error) => {
      if (isDatabaseUnavailable(error) || creations.length === 1) throw error;
      return null;
    });
    if (committed !== null) return shownOf(creations, await committed.showing);
    const alone = creations.map(async (creation) => {
      const { showing } = await this.insert([creation], () => undefined);
      return shownOf([creation], await showing);
    });
    return (await Promise.all(alone.map((one) => one.catch((cause) => [toError(cause)])))).flat();
  }

  /** Inserts all of them, and answers by what they are shown as. */
  private insert(
    creations: readonly Creation[],
    letNextBegin: () => void,
  ): Promise<{ showing: Promise<readonly (string | undefined)[]> }> {
    return inTransaction(this.database, async (tx) => {
      const nodes = await this.nodes.insertAll(
        tx,
        creations.map(({ record }) => record),
      );
      tx.withCommit(this.outbox.addAll(tx, this.events.ofCreations(nodes)));
      const created = creations.map(({ record, context }) => ({
        uuid: String(record['uuid']),
        showing: context,
        view: wholeNode,
      }));
      const texts = this.views.showWithin(tx, created);
      tx.withCommit(texts);
      letNextBegin();
      return { showing: texts };
    });
  }

  /** The validated record of a new node, its secrets sealed, ready to be inserted. */
  async prepare(body: unknown, context: RequestContext): Promise<RecordValues> {
    const values = readNewRecord('node', nodeFields, body, context.minor);
    requireNodeName(values['name'], context.minor);
    requireConsistent(values);
    requireOwnProject(values['owner'], context);
    await this.requireReferences(values);
    const driver = String(values['driver']);
    const group = String(values['conductor_group'] ?? '').toLowerCase();
    const type = await this.types.require(driver, group);
    const uuid = String(values['uuid'] ?? randomUUID());
    return filled(newNode, await this.secrets.seal(uuid, values), chooseInterfaces(type, interfacesIn(values)), {
      uuid,
      conductor_group: group,
      provision_state: initialState(context.minor),
    });
  }

  /** One node as JSON text. */
  async show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    if (fields === undefined) return this.lookup.show(ident, context);
    const selection = showSelection(nodeFields, listOf(fields), context.minor);
    const node = await this.lookup.require(ident, context);
    return this.nodes.render(node.uuid, selection, context);
  }

  /** The states of one node as JSON text. */
  async showStates(ident: string, context: RequestContext): Promise<string> {
    const node = await this.lookup.require(ident, context);
    const selection = allFields(nodeFields, context.minor).filter(([name]) => nodeStateFields.includes(name));
    return this.nodes.render(node.uuid, selection, context);
  }

  /** Deletes a node with what belongs to it. */
  async delete(ident: string, context: RequestContext): Promise<void> {
    const found = await this.lookup.require(ident, context);
    await this.gate.whenFree(
      found.uuid,
      async (tx, node) => {
        requireDeletable(node);
        await tx.query('DELETE FROM allocations WHERE node_uuid = $1', [node.uuid]);
        if (node.task !== null)
          await this.start.signal(tx, node, {
            task: node.task,
            kind: 'cancel',
            epoch: node.epoch + 1,
            data: { reason: 'The node was deleted.' },
          });
        await this.events.announce(tx, { ...node, revision: node.revision + 1 }, 'delete', 'end');
        await this.nodes.delete(tx, node);
      },
      context,
    );
  }

  /** Throws `invalid` for a chassis or a parent that is not there, and for a parent that is the node or stands below it. */
  async requireReferences(values: RecordValues, before?: NodeRow, reader?: Pick<Transaction, 'query'>): Promise<void> {
    const { chassis_uuid: chassis, parent_node: parent } = values;
    if (typeof chassis === 'string' && chassis !== before?.chassis_uuid && !(await this.chassis.hold(chassis, reader)))
      throw chassisMissing(chassis);
    if (typeof parent !== 'string' || parent === before?.parent_node) return;
    const found = await this.nodes.find(parent, reader);
    if (found === undefined)
      throw new BessemerError('invalid', `The parent node ${parent} could not be found.`, { field: 'parent_node' });
    if (found.owner !== (values['owner'] ?? null))
      throw new BessemerError('invalid', 'A node and its parent must have the same owner.', { field: 'parent_node' });
    if (before === undefined) return;
    // Two changes at a time might each be right and make a ring together.
    await reader?.query("SELECT pg_advisory_xact_lock(hashtext('api parents of nodes'))");
    if (await this.children.isWithin(parent, before.uuid, reader))
      throw new BessemerError('invalid', `Node ${before.uuid} cannot be its own parent, nor below itself.`, {
        field: 'parent_node',
      });
  }
}

function shownOf(creations: readonly Creation[], texts: readonly (string | undefined)[]): string[] {
  return creations.map(({ record }, index) => {
    const text = texts[index];
    if (text === undefined) throw nodeNotFound(String(record['uuid']));
    return text;
  });
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const listOf = (value: ParameterValues[string]): string[] => (Array.isArray(value) ? value : []);
