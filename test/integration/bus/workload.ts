import { randomUUID } from 'node:crypto';
import { Outbox, type OutboxMessage, type Received } from '@bessemer/bus';
import { eventSubject } from '@bessemer/contracts';
import type { Database, Transaction } from '@bessemer/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { expect } from 'vitest';
import { Counted } from './counted.js';

/** What the publishing side counts: one row a node, like the record that a service owns. */
export class CountersTable1700000000001 implements MigrationInterface {
  readonly name = 'CountersTable1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE counters (node uuid PRIMARY KEY, n integer NOT NULL)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE counters');
  }
}

/** What the consuming side did, in the order in which it did it; a repeated effect would show as a second row. */
export class EffectsTable1700000000002 implements MigrationInterface {
  readonly name = 'EffectsTable1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE effects (position bigserial PRIMARY KEY, node uuid NOT NULL, n integer NOT NULL, process integer NOT NULL)',
    );
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE effects');
  }
}

/** As many node ids as wanted. */
export function nodes(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}

const outbox = new Outbox('bessemer/api');

/** How a change of a node is told: by default as an event of the api. */
export type MessageOf = (data: Counted) => OutboxMessage;

/** A change as an event of the api. */
export const asEvent: MessageOf = (data) => ({
  stream: 'EVENTS',
  subject: eventSubject('api', 'node', data.node, 'counted'),
  type: 'bessemer.test.counted',
  aggregate: data.node,
  data,
});

/** Changes a node and tells of it, as a service does: row lock, change, outbox, one transaction. */
export async function change(
  database: Database,
  node: string,
  options: { as?: MessageOf; fault?: string } = {},
): Promise<void> {
  await database.transaction(async (tx) => {
    const [row] = await tx.query<{ n: number }>(
      `INSERT INTO counters (node, n) VALUES ($1, 1)
       ON CONFLICT (node) DO UPDATE SET n = counters.n + 1 RETURNING n`,
      [node],
    );
    await outbox.add(tx, (options.as ?? asEvent)(Counted.of(node, row?.n ?? 0, options.fault)));
  });
}

/** Writes down what was received. */
export async function effect(message: Received<Counted>, tx: Transaction): Promise<void> {
  const { node, n } = message.data;
  await tx.query('INSERT INTO effects (node, n, process) VALUES ($1, $2, $3)', [node, n, process.pid]);
}

/** How many changes were made. */
export async function changesMade(api: Database): Promise<number> {
  const [row] = await api.query<{ sum: string }>('SELECT coalesce(sum(n), 0) AS sum FROM counters');
  return Number(row?.sum);
}

/** How many effects there are. */
export async function effectsSeen(consumer: Database): Promise<number> {
  const [row] = await consumer.query<{ count: string }>('SELECT count(*) AS count FROM effects');
  return Number(row?.count);
}

/** Whether at least one effect of every change is there. */
export async function isComplete(api: Database, consumer: Database): Promise<boolean> {
  return (await effectsSeen(consumer)) >= (await changesMade(api));
}

/** Nothing lost, nothing twice, nothing out of order: each node's effects are 1, 2, … up to its counter. */
export async function expectExactlyOnceInOrder(api: Database, consumer: Database): Promise<void> {
  const counters = await api.query<{ node: string; n: number }>('SELECT node, n FROM counters ORDER BY node');
  const effects = await consumer.query<{ node: string; seen: number[] }>(
    'SELECT node, array_agg(n ORDER BY position) AS seen FROM effects GROUP BY node ORDER BY node',
  );
  const expected = counters.map(({ node, n }) => ({ node, seen: Array.from({ length: n }, (_, index) => index + 1) }));
  expect(effects).toEqual(expected);
}
