import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, isUuid, type Json, type JsonObject, type PortOperation } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { NodeRow } from '../nodes/node-row.js';
import { portEventOf } from '../ports/port-event.js';
import { requireLink, requireSmartNicLink } from '../ports/port-link.js';
import { PortMembership } from '../ports/port-membership.js';
import { type PortRow, PortsRepository } from '../ports/ports.repository.js';
import { type RecordValues, readValue } from '../records/record-body.js';
import { RecordEvents } from '../records/record-events.js';
import { fieldNamed } from '../versions/field.js';
import { portFields } from '../versions/port-fields.js';
import { newestMinor } from '../versions/version.js';
import { keysOfPath, RefusedPatchError } from './refused-patch.js';

type Container = JsonObject | Json[];

const refused = (reason: string): BessemerError => new BessemerError('invalid', reason);

const isContainer = (value: Json | undefined): value is Container => Array.isArray(value) || isJsonObject(value);

/** The member of that name; of a list, the item of that number. */
function memberOf(container: Container, key: string): Json | undefined {
  if (Array.isArray(container)) return /^\d+$/.test(key) ? container[Number(key)] : undefined;
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** What holds the last key of the path; objects on the way to it are made, unless there is nothing to remove. */
function containerOf(root: JsonObject, keys: readonly string[], { op }: PortOperation): Container | undefined {
  let container: Container = root;
  for (const key of keys) {
    let next = memberOf(container, key);
    if (next === undefined && op === 'remove') return undefined;
    if (next === undefined && !Array.isArray(container)) {
      next = {};
      container[key] = next;
    }
    if (!isContainer(next)) throw refused(`"${key}" holds a value without keys`);
    container = next;
  }
  return container;
}

function change(root: JsonObject, operation: PortOperation): void {
  const keys = keysOfPath(operation.path);
  const last = keys.pop() ?? '';
  const container = containerOf(root, keys, operation);
  if (container === undefined) return;
  const present = memberOf(container, last);
  const write = (value: Json): void => {
    if (!Array.isArray(container)) container[last] = value;
    else if (last === '-') container.push(value);
    else if (present !== undefined) container[Number(last)] = value;
    else throw refused(`the list has no item "${last}"`);
  };
  if (operation.op === 'set') write(operation.value ?? null);
  else if (operation.op === 'extend') {
    if (present !== undefined && !Array.isArray(present)) throw refused('it is no list');
    const list = present ?? [];
    const holds = operation.unique === true && list.some((item) => isDeepStrictEqual(item, operation.value));
    if (!holds) write([...list, operation.value ?? null]);
  } else if (Array.isArray(container)) {
    if (present !== undefined) container.splice(Number(last), 1);
  } else delete container[last];
}

/** Changes ports as inspection rules ask for it. */
@Injectable()
export class PortPatchService {
  constructor(
    private readonly ports: PortsRepository,
    private readonly membership: PortMembership,
    private readonly events: RecordEvents,
  ) {}

  /**
   * Applies the operations in their order, in the transaction of the event that carries them, with the node locked.
   *
   * @throws RefusedPatchError for a port that the node does not have and for a value that it does not take
   */
  async apply(tx: Transaction, node: NodeRow, operations: readonly PortOperation[]): Promise<void> {
    for (const operation of operations)
      try {
        await this.applyOne(tx, node, operation);
      } catch (error) {
        const path = `/ports/${operation.port}${operation.path}`;
        throw isBessemerError(error) ? RefusedPatchError.of({ ...operation, path }, error) : error;
      }
  }

  private async applyOne(tx: Transaction, node: NodeRow, operation: PortOperation): Promise<void> {
    const port = await this.ports.lockOfNode(
      tx,
      node.uuid,
      isUuid(operation.port) ? 'uuid' : 'address',
      operation.port,
    );
    if (port === undefined) throw refused(`the node has no port ${operation.port}`);
    const changes = this.changesOf(port, operation);
    if (Object.keys(changes).length === 0) return;
    const after = { ...port, ...changes };
    requireSmartNicLink(after.local_link_connection, after.is_smartnic);
    await this.membership.require(tx, after);
    await this.events.announce(tx, 'port', 'update', portEventOf(await this.ports.update(tx, port, changes)));
  }

  private changesOf(port: PortRow, operation: PortOperation): RecordValues {
    const [name = ''] = keysOfPath(operation.path);
    const field = fieldNamed(portFields, name);
    if (field?.task !== true) throw refused('a rule cannot change this of a port');
    const before: Json = Reflect.get(port, name) ?? null;
    const root: JsonObject = structuredClone({ [name]: before });
    change(root, operation);
    const isReset = root[name] === undefined && field.initial !== undefined;
    const value = isReset ? field.initial : readValue('port', name, field, root[name] ?? null);
    if (name === 'local_link_connection') requireLink(value, newestMinor);
    return isDeepStrictEqual(value, before) ? {} : { [name]: value };
  }
}
