import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';

/** Channel on which everyone is woken when the policy or what is in place of it changes. */
export const policyChannel = 'bessemer_dhcp_policy';

/** A MAC address that may boot although its task is gone. */
export interface Orphan {
  mac: string;
  node: string;
  task: string;
}

/** The desired policy: which MAC address may boot from the network, for which node and task. */
@Injectable()
export class AdmissionsRepository {
  constructor(private readonly database: Database) {}

  /** One change of the policy: others wait, so that numbers become visible in their order and none waits for another. */
  change<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      await tx.query('SELECT number FROM policy_head FOR UPDATE');
      return work(tx);
    });
  }

  /** The number of the newest policy. */
  async head(): Promise<number> {
    const [row] = await this.database.query<{ number: string }>('SELECT number FROM policy_head');
    return Number(row?.number ?? 0);
  }

  /** Gives out the next number, and wakes everyone at the commit. */
  async nextNumber(tx: Transaction): Promise<number> {
    const [row] = await tx.query<{ number: string }>('UPDATE policy_head SET number = number + 1 RETURNING number');
    await tx.query('SELECT pg_notify($1, $2)', [policyChannel, '']);
    return Number(row?.number);
  }

  /** The MAC addresses that a node's task has admitted, with the newest policy that changed one of them. */
  async admitted(tx: Transaction, node: string): Promise<{ mac: string; task: string; policy: number }[]> {
    const rows = await tx.query<{ mac: string; task: string; policy: string }>(
      'SELECT mac, task, policy FROM mac_policies WHERE node = $1 AND allowed ORDER BY mac FOR UPDATE',
      [node],
    );
    return rows.map((row) => ({ ...row, policy: Number(row.policy) }));
  }

  async allow(tx: Transaction, given: { node: string; task: string; macs: string[]; policy: number }): Promise<void> {
    await tx.query(
      `INSERT INTO mac_policies (mac, allowed, policy, node, task, since, reason)
       SELECT mac, true, $3, $1, $2, clock_timestamp(), 'admitted for the task' FROM unnest($4::text[]) mac
       ON CONFLICT (mac) DO UPDATE SET allowed = true, policy = excluded.policy, node = excluded.node,
         task = excluded.task, since = excluded.since, reason = excluded.reason`,
      [given.node, given.task, given.policy, given.macs],
    );
  }

  async forbid(tx: Transaction, macs: string[], policy: number, reason: string): Promise<void> {
    await tx.query(
      `UPDATE mac_policies SET allowed = false, policy = $2, since = clock_timestamp(), reason = $3
        WHERE mac = ANY ($1)`,
      [macs, policy, reason],
    );
  }

  /**
   * Admissions whose task is no longer the node's. What the copy of nodes tells counts only if it was so at the api
   * after the admission was asked for.
   */
  async orphans(tx: Transaction, clockMarginMs: number): Promise<Orphan[]> {
    return tx.prepared<Orphan>(
      'orphans',
      `SELECT p.mac, p.node, p.task FROM mac_policies p LEFT JOIN node_copies n ON n.uuid = p.node
        WHERE p.allowed AND (n.uuid IS NULL OR n.deleted OR n.task IS DISTINCT FROM p.task)
          AND greatest(n.observed_at, (SELECT started_at FROM node_copy_sweeps))
              > p.since + make_interval(secs => $1::double precision / 1000)
        ORDER BY p.mac FOR UPDATE OF p`,
      [clockMarginMs],
    );
  }

  /** Forgets refusals that nobody has asked about for long; unknown MAC addresses are refused as well. */
  async forgetOldRefusals(): Promise<void> {
    await this.database.prepared(
      'forget refusals',
      "DELETE FROM mac_policies WHERE NOT allowed AND since < now() - interval '7 days'",
    );
  }
}
