import type { MigrationInterface, QueryRunner } from 'typeorm';

const orders = [
  ['nodes_class', 'resource_class'],
  ['nodes_owner', 'owner'],
  ['nodes_shard', 'shard'],
] as const;

/** Lists of nodes by these are read in the order of an index, in which what has no value comes first as it does in the lists. */
export class OrdersOfNodes1700000019000 implements MigrationInterface {
  readonly name = 'OrdersOfNodes1700000019000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [index, column] of orders) {
      await runner.query(`DROP INDEX ${index}`);
      await runner.query(`CREATE INDEX ${index} ON nodes (${column} NULLS FIRST, id)`);
    }
    await runner.query('CREATE INDEX nodes_name_order ON nodes (name NULLS FIRST, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX nodes_name_order');
    for (const [index, column] of orders) {
      await runner.query(`DROP INDEX ${index}`);
      await runner.query(`CREATE INDEX ${index} ON nodes (${column}, id)`);
    }
  }
}
