import { isDeepStrictEqual } from 'node:util';
import { instanceOf } from '@bessemer/bus';
import { SnapshotRow } from '@bessemer/contracts';
import { anyNumberOf, type Database, type Transaction } from '@bessemer/database';
import { type Heard, isNewer, type Known } from './freshness.js';

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
  incarnation: number;
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
    const written: { report: Report; record: object }[] = [];
    for (const report of reports) {
      const row = known.get(report.uuid) ?? null;
      const before = row === null || row.deleted ? null : rowOf(row.record);
      const heard = { ...report, deleted: report.row === null };
      if (!isNewer(row && knownOf(row), heard)) continue;
      const isSame =
        row !== null &&
        row.deleted === heard.deleted &&
        row.incarnation === report.incarnation &&
        Number(row.revision) === report.revision;
      if (isSame && (report.row === null || isDeepStrictEqual(row.record, plain(report.row)))) continue;
      written.push({ report, record: report.row ?? row?.record ?? {} });
      changes.push({ uuid: report.uuid, before, after: report.row });
    }
    // In one order, so that two who write new nodes at the same time wait for each other one way.
    written.sort(({ report: one }, { report: other }) => (one.uuid < other.uuid ? -1 : 1));
    if (written.length > 0) tx.withCommit(this.write(tx, written));
    return changes;
  }

  /** The nodes that the copy holds between two UUIDs and that a snapshot asked for at `askedAt` did not show. */
  async absent(tx: Transaction, page: { after?: string; last?: string; uuids: string[]; askedAt: Date }) {
    return tx.query<{ uuid: string; incarnation: number; revision: string }>(
      `SELECT uuid, incarnation, revision FROM node_copies
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
    const rows = await tx.prepared<CopyRow>(
      'lock node copies',
      `SELECT uuid, incarnation, revision, deleted, changed_at, record FROM node_copies
        WHERE uuid = ANY(${anyNumberOf('$1', 'uuid[]')}) ORDER BY uuid FOR UPDATE`,
      [uuids],
    );
    return new Map(rows.map((row) => [row.uuid, row]));
  }

  private async write(tx: Transaction, written: readonly { report: Report; record: object }[]): Promise<void> {
    const rows = written.map(({ report: { uuid, incarnation, revision, row, observedAt }, record }) => ({
      uuid,
      incarnation,
      revision,
      deleted: row === null,
      name: row?.name ?? null,
      task: row?.task ?? null,
      macs: row?.macs.map((mac) => mac.toLowerCase()) ?? [],
      bmc_addresses: row?.bmc_addresses ?? [],
      serial: row?.serial ?? null,
      record,
      observed_at: observedAt,
    }));
    await tx.prepared(
      'write node copies',
      `INSERT INTO node_copies
         (uuid, incarnation, revision, deleted, name, task, macs, bmc_addresses, serial, record, observed_at, changed_at)
       SELECT uuid, incarnation, revision, deleted, name, task, macs, bmc_addresses, serial, record, observed_at, clock_timestamp()
       FROM jsonb_populate_recordset(NULL::node_copies, $1::jsonb)
       ON CONFLICT (uuid) DO UPDATE SET incarnation = excluded.incarnation,
         revision = excluded.revision, deleted = excluded.deleted, name = excluded.name,
         task = excluded.task, macs = excluded.macs, bmc_addresses = excluded.bmc_addresses, serial = excluded.serial,
         record = excluded.record, observed_at = excluded.observed_at, changed_at = excluded.changed_at`,
      [JSON.stringify(rows)],
    );
  }
}

function knownOf({ incarnation, revision, deleted, changed_at }: CopyRow): Known {
  return { incarnation, revision: Number(revision), deleted, changedAt: changed_at };
}

function rowOf(record: object): SnapshotRow {
  return instanceOf(SnapshotRow, record);
}

function plain(row: SnapshotRow): unknown {
  return JSON.parse(JSON.stringify(row));
}
