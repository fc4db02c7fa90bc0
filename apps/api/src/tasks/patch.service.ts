import {
  type FieldOperation,
  isJsonObject,
  type JsonObject,
  type NodePatch,
  type PortUpsert,
} from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { isSealed } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import { BiosRepository } from '../bios/bios.repository.js';
import { chooseInterfaces, HardwareTypes } from '../drivers/hardware-types.js';
import { FirmwareRepository } from '../firmware/firmware.repository.js';
import type { NodeRow } from '../nodes/node-row.js';
import { requireConsistent, requireNodeName } from '../nodes/node-rules.js';
import { NodeSecrets } from '../nodes/node-secrets.js';
import { interfacesIn } from '../nodes/nodes.service.js';
import { PortsRepository } from '../ports/ports.repository.js';
import { type RecordValues, readValue } from '../records/record-body.js';
import { duplicateIn } from '../records/write.js';
import { requireTraits, TraitsRepository } from '../traits/traits.repository.js';
import { nodeFields } from '../versions/node-fields.js';
import { PortPatchService } from './port-patch.service.js';
import { keysOfPath, RefusedPatchError } from './refused-patch.js';

function change(root: RecordValues, operation: FieldOperation): void {
  const keys = keysOfPath(operation.path);
  const last = keys.pop() ?? '';
  let target: RecordValues = root;
  for (const key of keys) {
    if (!isJsonObject(target[key])) target[key] = {};
    target = target[key] as JsonObject;
    if (isSealed(target)) throw new RefusedPatchError(operation, 'a secret holds no members');
  }
  if (operation.op === 'set') target[last] = operation.value ?? null;
  else if (keys.length === 0) target[last] = null;
  else delete target[last];
}

/** Validates and applies what a task has learned, in the transaction of the event that carries it. */
@Injectable()
export class PatchService {
  constructor(
    private readonly ports: PortsRepository,
    private readonly portPatches: PortPatchService,
    private readonly traits: TraitsRepository,
    private readonly bios: BiosRepository,
    private readonly firmware: FirmwareRepository,
    private readonly types: HardwareTypes,
    private readonly secrets: NodeSecrets,
  ) {}

  /**
   * Writes ports with their fields, traits, BIOS settings and firmware components of the patch, and returns the changes of the node's own fields.
   *
   * @throws RefusedPatchError for a value that the record does not take, naming the rule that set it
   */
  async apply(tx: Transaction, node: NodeRow, patch: NodePatch | undefined): Promise<Partial<NodeRow>> {
    if (patch === undefined) return {};
    const changes = await this.fieldChanges(tx, node, patch.fields ?? []);
    for (const port of patch.ports ?? []) await this.savePort(tx, node, port);
    if (patch.removePorts !== undefined) await this.ports.deleteByAddress(tx, node.uuid, patch.removePorts);
    if (patch.portOperations !== undefined) await this.portPatches.apply(tx, node, patch.portOperations);
    if (patch.addTraits !== undefined) {
      requireTraits(patch.addTraits);
      await this.traits.add(tx, node.uuid, patch.addTraits);
    }
    if (patch.removeTraits !== undefined) await this.traits.remove(tx, node.uuid, patch.removeTraits);
    if (patch.bios !== undefined) await this.bios.replace(tx, node.uuid, patch.bios);
    if (patch.firmware !== undefined) await this.firmware.replace(tx, node.uuid, patch.firmware);
    return changes;
  }

  private async fieldChanges(
    tx: Transaction,
    node: NodeRow,
    operations: readonly FieldOperation[],
  ): Promise<Partial<NodeRow>> {
    if (operations.length === 0) return {};
    const touched = [...new Set(operations.map((operation) => operation.path.split('/')[1] ?? ''))];
    const values: RecordValues = structuredClone(
      Object.fromEntries(touched.map((name) => [name, Reflect.get(node, name)])),
    );
    for (const operation of operations) {
      const name = operation.path.split('/')[1] ?? '';
      const field = nodeFields[name];
      if (field?.task !== true) throw new RefusedPatchError(operation, 'the field cannot be changed by a task');
      try {
        change(values, operation);
        values[name] = readValue('node', name, field, values[name]);
        if (name === 'name') requireNodeName(values[name], Number.POSITIVE_INFINITY);
        if (name === 'properties') requireConsistent({ properties: values[name] });
        if (name.endsWith('_interface')) await this.requireInterface(tx, node, name, values[name]);
      } catch (error) {
        throw RefusedPatchError.of(operation, error);
      }
    }
    return this.secrets.seal(node.uuid, values, node, tx) as Promise<Partial<NodeRow>>;
  }

  private async requireInterface(tx: Transaction, node: NodeRow, name: string, value: unknown): Promise<void> {
    const type = await this.types.require(node.driver, node.conductor_group, tx);
    chooseInterfaces(type, interfacesIn({ [name]: value }));
  }

  private async savePort(tx: Transaction, node: NodeRow, port: PortUpsert): Promise<void> {
    const operation = { path: `/ports/${port.address}` };
    try {
      const owner = await this.ports.upsert(tx, node.uuid, port);
      if (owner !== node.uuid) throw new RefusedPatchError(operation, `the address belongs to node ${owner}`);
    } catch (error) {
      if (duplicateIn(error) === undefined) throw error;
      throw new RefusedPatchError(operation, 'the address belongs to another node');
    }
  }
}
