import { randomUUID } from 'node:crypto';
import { ChassisEvent } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { ListRequest } from '../records/list-request.js';
import { readNewRecord } from '../records/record-body.js';
import { RecordEvents } from '../records/record-events.js';
import { RecordPatch } from '../records/record-patch.js';
import { requireRevision } from '../records/revision.js';
import { allFields, showSelection } from '../records/selection.js';
import { parseUuid } from '../records/values.js';
import { duplicateIn, inTransaction } from '../records/write.js';
import { chassisFields } from '../versions/chassis-fields.js';
import { chassisDetailParameters, chassisListParameters } from '../versions/chassis-parameters.js';
import { readParameters, showParameters } from '../versions/parameters.js';
import { ChassisRepository, type ChassisRow } from './chassis.repository.js';

const eventOf = ({ uuid, revision, description, extra, created_at, updated_at }: ChassisRow): ChassisEvent =>
  Object.assign(new ChassisEvent(), {
    uuid,
    revision,
    description,
    extra,
    created_at: created_at.toISOString(),
    updated_at: updated_at?.toISOString() ?? null,
  });

/** Chassis, the frames that nodes stand in. */
@Injectable()
export class ChassisService {
  constructor(
    private readonly database: Database,
    private readonly chassis: ChassisRepository,
    private readonly events: RecordEvents,
  ) {}

  /**
   * Creates a chassis and returns it as it is shown.
   *
   * @throws `conflict` when its UUID is taken
   */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const values = readNewRecord('chassis', chassisFields, body, context.minor);
    const uuid = String(values['uuid'] ?? randomUUID());
    try {
      await inTransaction(this.database, async (tx) => {
        const row = await this.chassis.insert(tx, { ...values, uuid });
        await this.events.announce(tx, 'chassis', 'create', eventOf(row));
      });
    } catch (error) {
      if (duplicateIn(error) === undefined) throw error;
      throw new BessemerError('conflict', `A chassis with UUID ${uuid} already exists.`, { field: 'uuid' });
    }
    return { uuid, text: await this.render(uuid, context) };
  }

  /** One chassis as JSON text; throws `not-found`. */
  show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(chassisFields, Array.isArray(fields) ? fields : undefined, context.minor);
    return this.chassis.render(uuidOf(ident), selection, context);
  }

  /** Applies the patch and returns the chassis as it is shown. */
  async patch(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const patch = new RecordPatch('chassis', chassisFields, body, context.minor);
    const uuid = uuidOf(ident);
    await inTransaction(this.database, async (tx) => {
      const row = await this.chassis.lock(tx, uuid);
      requireRevision(row, context);
      const changes = patch.changesOf(row, patch.valuesAfter(row));
      if (Object.keys(changes).length === 0) return;
      await this.events.announce(tx, 'chassis', 'update', eventOf(await this.chassis.update(tx, row, changes)));
    });
    return this.render(uuid, context);
  }

  /** Deletes a chassis; throws `invalid` while nodes are in it. */
  async delete(ident: string, context: RequestContext): Promise<void> {
    const uuid = uuidOf(ident);
    await inTransaction(this.database, async (tx) => {
      const row = await this.chassis.lock(tx, uuid);
      requireRevision(row, context);
      if (await this.chassis.holdsNodes(tx, uuid))
        throw new BessemerError(
          'invalid',
          `Cannot complete the requested action because chassis ${uuid} contains nodes.`,
          { field: 'chassis', remedy: 'Take the nodes out of it first.' },
        );
      await this.chassis.delete(tx, uuid);
      await this.events.announce(tx, 'chassis', 'delete', eventOf({ ...row, revision: row.revision + 1 }));
    });
  }

  /** `GET /v1/chassis` and, with `isDetail`, `GET /v1/chassis/detail`. */
  list(query: unknown, isDetail: boolean, context: RequestContext): Promise<Buffer> {
    const parameters = isDetail ? chassisDetailParameters : chassisListParameters;
    const request = new ListRequest(this.chassis.source, parameters, query, 'chassis', isDetail, context);
    return request.body(this.chassis.list.bind(this.chassis));
  }

  private render(uuid: string, context: RequestContext): Promise<string> {
    return this.chassis.render(uuid, allFields(chassisFields, context.minor), context);
  }
}

const uuidOf = (ident: string): string => parseUuid(ident, 'chassis_uuid');
