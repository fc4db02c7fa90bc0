import { createHash, randomUUID } from 'node:crypto';
import type { BlobReference, Json } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Inject, Injectable } from '@nestjs/common';

/** Where other services reach the api's internal endpoint, as a base URL (the injection token of it). */
export const INTERNAL_URL = Symbol('INTERNAL_URL');

/** Config drives are kept here and travel by reference: they may be far larger than a message. */
@Injectable()
export class ConfigDrivesRepository {
  constructor(
    private readonly database: Database,
    @Inject(INTERNAL_URL) private readonly internalUrl: () => string,
  ) {}

  /** Keeps the config drive as the node's only one. An object is kept as JSON. */
  async keep(tx: Transaction, node: string, configDrive: Json): Promise<BlobReference> {
    const body = Buffer.from(typeof configDrive === 'string' ? configDrive : JSON.stringify(configDrive), 'utf8');
    const sha256 = createHash('sha256').update(body).digest('hex');
    const uuid = randomUUID();
    await tx.query('INSERT INTO config_drives (uuid, node_uuid, body, sha256) VALUES ($1, $2, $3, $4)', [
      uuid,
      node,
      body,
      sha256,
    ]);
    return { ref: `${this.internalUrl()}/v1/internal/config-drives/${uuid}`, sha256, size: body.length };
  }

  async drop(tx: Transaction, node: string): Promise<void> {
    await tx.query('DELETE FROM config_drives WHERE node_uuid = $1', [node]);
  }

  /** The bytes of a config drive; throws `not-found`. */
  async read(uuid: string): Promise<Buffer> {
    const [row] = await this.database.query<{ body: Buffer }>('SELECT body FROM config_drives WHERE uuid::text = $1', [
      uuid,
    ]);
    if (row === undefined) throw new BessemerError('not-found', `Config drive ${uuid} could not be found.`);
    return row.body;
  }
}
