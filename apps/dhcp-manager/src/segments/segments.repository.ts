import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { policyChannel } from '../admissions/admissions.repository.js';

/** What a segment has reported. */
export interface SegmentReport {
  name: string;
  /** The newest policy of which all is in place. */
  policy: number;
  /** Whether dnsmasq itself was seen to take it. */
  confirmed: boolean;
  /** What it waits for, or why it has nothing to do. */
  reason: string | null;
  waiting_since: Date | null;
}

/** One MAC address as it should be at a segment, and as it is there. */
export interface DesiredEntry {
  mac: string;
  allowed: boolean;
  /** What was written there, null for nothing. */
  writtenAllowed: boolean | null;
  isTaken: boolean;
  /** How long ago it was written, in ms. */
  age: number | null;
}

/** How far a segment has come. */
export interface Progress {
  /** The number of the newest policy. */
  head: number;
  /** The newest policy of which all is in place. */
  policy: number;
  /** One address that is not in place, the one that was written first. */
  missing: { mac: string; since: Date } | null;
}

const isInPlace = 'e.mac IS NOT NULL AND e.allowed = p.allowed AND e.taken_at IS NOT NULL';
const entries = 'mac_policies p LEFT JOIN segment_entries e ON e.segment = $1 AND e.mac = p.mac';

/** Segments and what each has in place. */
@Injectable()
export class SegmentsRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Makes the segment known. */
  async register(name: string, confirmed: boolean): Promise<void> {
    await this.database.query(
      `INSERT INTO segments (name, seen_at, policy, confirmed) VALUES ($1, clock_timestamp(), 0, $2)
       ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, confirmed = excluded.confirmed`,
      [name, confirmed],
    );
  }

  /** What the segment should have: all of it, or what is not in place. */
  async desired(name: string, which: 'all' | 'missing'): Promise<DesiredEntry[]> {
    return this.database.query<DesiredEntry>(
      `SELECT p.mac, p.allowed, e.allowed AS "writtenAllowed", e.taken_at IS NOT NULL AS "isTaken",
              (extract(epoch FROM clock_timestamp() - e.written_at) * 1000)::float8 AS age
         FROM ${entries} ${which === 'all' ? '' : `WHERE NOT (${isInPlace})`} ORDER BY p.policy, p.mac`,
      [name],
    );
  }

  /**
   * Has a file written while the policy of its address cannot change, and records it as not taken yet. Nothing happens
   * when the policy is no longer the one that was looked at.
   *
   * @param write gets the generation by which taking it is told
   */
  async write(name: string, entry: DesiredEntry, write: (generation: number) => Promise<void>): Promise<void> {
    const { mac, allowed } = entry;
    await this.database.transaction(async (tx) => {
      const [row] = await tx.query<{ generation: string }>(
        `INSERT INTO segment_entries (segment, mac, allowed, generation, written_at)
         SELECT $1, mac, allowed, 1, clock_timestamp() FROM mac_policies WHERE mac = $2 AND allowed = $3 FOR SHARE
         ON CONFLICT (segment, mac) DO UPDATE SET allowed = excluded.allowed, written_at = excluded.written_at,
           generation = segment_entries.generation + 1, taken_at = NULL
         RETURNING generation`,
        [name, mac, allowed],
      );
      if (row) await write(Number(row.generation));
    });
  }

  /** Records that a file of this generation is in effect. */
  async taken(name: string, mac: string, generation: number): Promise<void> {
    await this.database.query(
      `UPDATE segment_entries SET taken_at = clock_timestamp()
        WHERE segment = $1 AND mac = $2 AND generation = $3 AND taken_at IS NULL`,
      [name, mac, generation],
    );
  }

  /** How far the segment has come, from one look at policy and entries. */
  async progress(tx: Transaction, name: string): Promise<Progress> {
    const [row] = await tx.query<{ head: string; first: string | null; mac: string | null; since: Date | null }>(
      `SELECT h.number AS head, m.policy AS first, m.mac, m.since FROM policy_head h LEFT JOIN LATERAL (
         SELECT p.policy, p.mac, greatest(p.since, e.written_at) AS since FROM ${entries} WHERE NOT (${isInPlace})
          ORDER BY p.policy, since LIMIT 1) m ON true`,
      [name],
    );
    const head = Number(row?.head ?? 0);
    if (row?.mac == null || row.since === null) return { head, policy: head, missing: null };
    return { head, policy: Number(row.first) - 1, missing: { mac: row.mac, since: row.since } };
  }

  /** Stores a report, and wakes everyone who waits for it; answers whether the policy has changed. */
  async report(tx: Transaction, report: SegmentReport): Promise<boolean> {
    const [before] = await tx.query<{ policy: string }>('SELECT policy FROM segments WHERE name = $1 FOR UPDATE', [
      report.name,
    ]);
    await tx.query(
      `UPDATE segments SET seen_at = clock_timestamp(), policy = $2, confirmed = $3, reason = $4, waiting_since = $5
        WHERE name = $1`,
      [report.name, report.policy, report.confirmed, report.reason, report.waiting_since],
    );
    if (Number(before?.policy) === report.policy) return false;
    await tx.query('SELECT pg_notify($1, $2)', [policyChannel, report.name]);
    return true;
  }

  /** MAC addresses that may boot at a segment now. */
  async admittedAt(tx: Transaction, name: string, limit: number): Promise<string[]> {
    const rows = await tx.query<{ mac: string }>(
      `SELECT p.mac FROM ${entries} WHERE p.allowed AND ${isInPlace} ORDER BY p.mac LIMIT $2`,
      [name, limit],
    );
    return rows.map((row) => row.mac);
  }

  /** The segments that have been heard of within the time, and how long each has been silent, in ms. */
  async live(timeoutMs: number): Promise<(SegmentReport & { silentMs: number })[]> {
    const rows = await this.database.query<SegmentReport & { silentMs: number }>(
      `SELECT name, policy::float8 AS policy, confirmed, reason, waiting_since,
              (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::float8 AS "silentMs"
         FROM segments WHERE seen_at > clock_timestamp() - make_interval(secs => $1::double precision / 1000)
        ORDER BY name`,
      [timeoutMs],
    );
    return rows;
  }
}
