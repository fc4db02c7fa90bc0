import { randomUUID } from 'node:crypto';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeGate, nodeLocked } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { isBusy, type NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { ListRequest } from '../records/list-request.js';
import { type RecordValues, readNewRecord } from '../records/record-body.js';
import { RecordEvents } from '../records/record-events.js';
import { RecordPatch } from '../records/record-patch.js';
import type { RecordRow, RecordStore } from '../records/record-store.js';
import { requireRevision } from '../records/revision.js';
import { allFields, showSelection } from '../records/selection.js';
import { parseUuid } from '../records/values.js';
import { ConcurrentChangeError, duplicateIn } from '../records/write.js';
import { readParameters, showParameters } from '../versions/parameters.js';
import { nodeVolumeListParameters, volumeListParameters } from '../versions/volume-parameters.js';
import { requirePoweredOff, requireVolumeDeletable } from './volume-rules.js';

/** What connectors and targets have in common. */
export interface VolumeRow extends RecordRow {
  node_uuid: string;
  created_at: Date;
  updated_at: Date | null;
  extra: Record<string, unknown>;
}

/** How the requests, errors and events of a kind of volume record name it. */
export interface VolumeKind {
  /** In schema errors, for example `target`. */
  readonly schema: string;
  /** In refusals, for example `volume target`. */
  readonly noun: string;
  /** In events, for example `volumetarget`. */
  readonly resource: string;
}

/** What requests at volume records work with. */
@Injectable()
export class VolumeServices {
  constructor(
    readonly nodes: NodesRepository,
    readonly lookup: NodeLookup,
    readonly gate: NodeGate,
    readonly events: RecordEvents,
  ) {}
}

/** Requests at one kind of volume record; what is special about the kind is added by its service. */
export abstract class VolumeRecords<Row extends VolumeRow> {
  constructor(
    private readonly store: RecordStore<Row>,
    private readonly kind: VolumeKind,
    private readonly services: VolumeServices,
  ) {}

  /** The refusal of what another record has already, its UUID apart. */
  protected abstract duplicate(values: RecordValues): BessemerError;

  /** The event that tells of the record, an instance of its class in the catalogue. */
  protected abstract eventOf(row: Row): { readonly uuid: string };

  /**
   * The values as they are stored, secrets sealed.
   *
   * @param stored the record as it is, if there is one
   */
  protected abstract seal(uuid: string, values: RecordValues, stored?: Row): RecordValues;

  /** Creates a record of a node and returns it as it is shown. */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const values = readNewRecord(this.kind.schema, this.store.source.fields, body, context.minor);
    const owner = await this.services.nodes.find(String(values['node_uuid']));
    if (owner === undefined) throw nodeMissing(values['node_uuid']);
    const uuid = String(values['uuid'] ?? randomUUID());
    const record = this.seal(uuid, { ...values, uuid });
    await this.refusingDuplicates(
      () => record,
      () =>
        this.services.gate.whenFree(owner.uuid, async (tx) => {
          await this.announce(tx, 'create', await this.store.insert(tx, record));
        }),
    );
    return { uuid, text: await this.render(uuid, context) };
  }

  /** One record as JSON text; throws `not-found`. */
  show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const names = Array.isArray(fields) ? fields : undefined;
    return this.store.render(
      this.uuidOf(ident),
      showSelection(this.store.source.fields, names, context.minor),
      context,
    );
  }

  /** Applies the patch, while the node is powered off, and returns the record as it is shown. */
  async patch(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const patch = new RecordPatch(this.kind.schema, this.store.source.fields, body, context.minor);
    const found = await this.store.require(this.uuidOf(ident));
    let after: RecordValues = {};
    await this.refusingDuplicates(
      () => after,
      () =>
        this.services.gate.whenFree(found.node_uuid, async (tx, node) => {
          const row = await this.lock(tx, found.uuid, node, context);
          after = this.seal(row.uuid, patch.valuesAfter(row), row);
          requirePoweredOff(node, `${this.kind.noun} update`);
          const changes = patch.changesOf(row, after);
          if (Object.keys(changes).length === 0) return;
          if (changes['node_uuid'] !== undefined) await this.requireNewNode(tx, String(changes['node_uuid']));
          await this.announce(tx, 'update', await this.store.update(tx, row, changes));
        }),
    );
    return this.render(found.uuid, context);
  }

  /** Deletes the record, while the node is powered off. */
  async delete(ident: string, context: RequestContext): Promise<void> {
    const found = await this.store.require(this.uuidOf(ident));
    await this.services.gate.whenFree(found.node_uuid, async (tx, node) => {
      const row = await this.lock(tx, found.uuid, node, context);
      requireVolumeDeletable(node, `${this.kind.noun} deletion`, context.minor);
      await this.store.delete(tx, row.uuid);
      await this.announce(tx, 'delete', { ...row, revision: row.revision + 1 });
    });
  }

  /** A page of the records, of those of one node where the query names it. */
  async list(query: unknown, context: RequestContext): Promise<Buffer> {
    const { source } = this.store;
    const request = new ListRequest(source, volumeListParameters, query, `volume/${source.plural}`, false, context);
    const { node } = request.values;
    if (node !== undefined)
      request.conditions.add('r.node_uuid = ?', (await this.services.lookup.require(String(node), context)).uuid);
    return request.body(this.store.list.bind(this.store));
  }

  /** A page of the records of a node. */
  async listOfNode(ident: string, query: unknown, context: RequestContext): Promise<Buffer> {
    const { source } = this.store;
    const { uuid } = await this.services.lookup.require(ident, context);
    const path = `nodes/${uuid}/volume/${source.plural}`;
    const request = new ListRequest(source, nodeVolumeListParameters, query, path, false, context);
    request.conditions.add('r.node_uuid = ?', uuid);
    return request.body(this.store.list.bind(this.store));
  }

  private async lock(tx: Transaction, uuid: string, node: NodeRow, context: RequestContext): Promise<Row> {
    const row = await this.store.lock(tx, uuid);
    if (row.node_uuid !== node.uuid) throw new ConcurrentChangeError(this.store.source.noun, uuid);
    requireRevision(row, context);
    return row;
  }

  /** The record moves to another node, which has to be free and off as well. */
  private async requireNewNode(tx: Transaction, uuid: string): Promise<void> {
    const node = await this.services.nodes.lockIfThere(tx, uuid);
    if (node === undefined) throw nodeMissing(uuid);
    if (isBusy(node)) throw nodeLocked(node);
    requirePoweredOff(node, `${this.kind.noun} update`);
  }

  private announce(tx: Transaction, what: 'create' | 'update' | 'delete', row: Row): Promise<void> {
    return this.services.events.announce(tx, this.kind.resource, what, this.eventOf(row));
  }

  private async refusingDuplicates(values: () => RecordValues, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const constraint = duplicateIn(error);
      if (constraint === undefined) throw error;
      if (!constraint.endsWith('_uuid_key')) throw this.duplicate(values());
      const message = `A ${this.kind.noun} with UUID ${String(values()['uuid'])} already exists.`;
      throw new BessemerError('conflict', message, { field: 'uuid' });
    }
  }

  private render(uuid: string, context: RequestContext): Promise<string> {
    return this.store.render(uuid, allFields(this.store.source.fields, context.minor), context);
  }

  private uuidOf(ident: string): string {
    return parseUuid(ident, `${this.kind.schema}_uuid`);
  }
}

const nodeMissing = (uuid: unknown): BessemerError =>
  new BessemerError('invalid', `Node ${String(uuid)} could not be found.`, { field: 'node_uuid' });
