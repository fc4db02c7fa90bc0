import { isDeepStrictEqual } from 'node:util';
import { SnapshotRow } from '@bessemer/contracts';
import type { Database, Transaction } from '@bessemer/database';
import { plainToInstance } from 'class-transformer';
import { type Heard, isNewer } from './freshness.js';

/** What is heard of one node: its row, or null when it is gone. */
export interface Report extends Omit<Heard, 'deleted'> {
  uuid: string;
  row: SnapshotRow | null;
  /** When it was so at the owner. */
  observedAt: Date;
}

/** How a report changed the copy. */
export interface NodeChange {
  uuid: string;
  before: SnapshotRow | null;
  after: SnapshotRow | null;
}

interface CopyRow {
  uuid: string;
  revision: string;
  deleted: boolean;
  changed_at: Date;
  record: object;
}

/** Rows of the copy. */
export class NodeCopiesRepository {
  constructor(private readonly database: Database) {}

  /** The database's clock. */
  async now(): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row?.now ?? new Date();
  }

  /**
   * Writes what is newer than what is known, under the rows' locks, and says what changed.
   *
   * @param reports at most one for a node
   */
  async apply(tx: Transaction, reports: readonly Report[]): Promise<NodeChange[]> {
    const known = await this.lock(
      tx,
      reports.map((report) => report.uuid),
    );
    const changes: NodeChange[] = [];
    for (const report of reports) {
      const row = known.get(report.uuid) ?? null;
      const before = row === null || row.deleted ? null : rowOf(row.record);
      const heard = { ...report, deleted: report.row === null };
      if (!isNewer(row && { revision: Number(row.revision), deleted: row.deleted, changedAt: row.changed_at }, heard))
        continue;
      const isSame = row !== null && row.deleted === heard.deleted && Number(row.revision) === report.revision;
      if (isSame && (report.row === null || isDeepStrictEqual(row.record, plain(report.row)))) continue;
      await this.write(tx, report, row?.record ?? {});
      changes.push({ uuid: report.uuid, before, after: report.row });
    }
    return changes;
  }

  /** The nodes that the copy holds between two UUIDs and that a snapshot asked for at `askedAt` did not show. */
  async absent(tx: Transaction, page: { after?: string; last?: string; uuids: string[]; askedAt: Date }) {
    return tx.query<{ uuid: string; revision: string }>(
      `SELECT uuid, revision FROM node_copies
        WHERE NOT deleted AND changed_at < $1 AND NOT (uuid = ANY ($2::uuid[]))
          AND ($3::uuid IS NULL OR uuid > $3) AND ($4::uuid IS NULL OR uuid <= $4)`,
      [page.askedAt, page.uuids, page.after ?? null, page.last ?? null],
    );
  }

  /** Records that every node of the copy has been compared. */
  async compared(startedAt: Date): Promise<void> {
    await this.database.query(
      `INSERT INTO node_copy_sweeps (singleton, started_at, finished_at) VALUES (true, $1, clock_timestamp())
       ON CONFLICT (singleton) DO UPDATE SET started_at = greatest(node_copy_sweeps.started_at, excluded.started_at),
         finished_at = excluded.finished_at`,
      [startedAt],
    );
  }

  private async lock(tx: Transaction, uuids: string[]): Promise<Map<string, CopyRow>> {
    const rows = await tx.query<CopyRow>(
      `SELECT uuid, revision, deleted, changed_at, record FROM node_copies
        WHERE uuid = ANY ($1::uuid[]) ORDER BY uuid FOR UPDATE`,
      [uuids],
    );
    return new Map(rows.map((row) => [row.uuid, row]));
  }

  private async write(tx: Transaction, report: Report, lastRecord: object): Promise<void> {
    const { row } = report;
    await tx.query(
      `INSERT INTO node_copies
         (uuid, revision, deleted, name, task, macs, bmc_addresses, serial, record, observed_at, changed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp())
       ON CONFLICT (uuid) DO UPDATE SET revision = excluded.revision, deleted = excluded.deleted, name = excluded.name,
         task = excluded.task, macs = excluded.macs, bmc_addresses = excluded.bmc_addresses, serial = excluded.serial,
         record = excluded.record, observed_at = excluded.observed_at, changed_at = excluded.changed_at`,
      [
        report.uuid,
        report.revision,
        row === null,
        row?.name ?? null,
        row?.task ?? null,
        row?.macs.map((mac) => mac.toLowerCase()) ?? [],
        row?.bmc_addresses ?? [],
        row?.serial ?? null,
        JSON.stringify(row ?? lastRecord),
        report.observedAt,
      ],
    );
  }
}

function rowOf(record: object): SnapshotRow {
  return plainToInstance(SnapshotRow, record);
}

function plain(row: SnapshotRow): unknown {
  return JSON.parse(JSON.stringify(row));
}
