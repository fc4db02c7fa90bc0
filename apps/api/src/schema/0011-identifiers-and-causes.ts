import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Nobody looks a machine up by more characters than these, and an index takes no value of any length. */
const longest = 255;

const text = (holder: string, key: string): string =>
  `CASE WHEN jsonb_typeof(${holder} -> '${key}') = 'string' AND length(${holder} ->> '${key}') <= ${longest}
    THEN ${holder} ->> '${key}' END`;

const statements = [
  // As hostOf of bmc-addresses.ts reads it: a URL, host:port, [v6]:port, or the bare host.
  `CREATE FUNCTION bmc_hosts(driver_info jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT COALESCE(array_agg(DISTINCT host), '{}') FROM (
      SELECT lower(CASE
        WHEN authority LIKE '[%' THEN substring(authority FROM '^\\[([^\\]]*)')
        WHEN authority ~ ':.*:' THEN authority
        ELSE split_part(authority, ':', 1) END) AS host
      FROM (
        SELECT regexp_replace(btrim(value #>> '{}'), '^([a-z][a-z0-9+.-]*://)?([^/?#@]*@)?([^/?#]*).*$', '\\3', 'i')
          AS authority
        FROM jsonb_each(driver_info) WHERE key LIKE '%\\_address' AND jsonb_typeof(value) = 'string'
      ) AS addresses
    ) AS hosts WHERE host <> '' AND length(host) <= ${longest}
  $function$`,
  `ALTER TABLE nodes
    ADD COLUMN bmc_addresses text[] GENERATED ALWAYS AS (bmc_hosts(driver_info)) STORED,
    ADD COLUMN serial_number text GENERATED ALWAYS AS (COALESCE(
      ${text('properties', 'serial_number')}, ${text('properties', 'serial')},
      ${text('extra', 'serial_number')}, ${text('extra', 'serial')})) STORED,
    ADD COLUMN maintenance_since timestamptz,
    ADD COLUMN task_project text,
    ADD COLUMN power_user text,
    ADD COLUMN power_project text,
    ADD COLUMN power_reason text,
    ADD COLUMN power_since timestamptz,
    ADD COLUMN power_deadline timestamptz`,
  'CREATE INDEX nodes_bmc ON nodes USING gin (bmc_addresses)',
  'CREATE INDEX nodes_serial ON nodes (lower(serial_number)) WHERE serial_number IS NOT NULL',
];

const columns = [
  'bmc_addresses',
  'serial_number',
  'maintenance_since',
  'task_project',
  'power_user',
  'power_project',
  'power_reason',
  'power_since',
  'power_deadline',
];

/** By what a machine is found besides its name, and who asked since when for what a node does. */
export class IdentifiersAndCauses1700000011000 implements MigrationInterface {
  readonly name = 'IdentifiersAndCauses1700000011000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of columns) await runner.query(`ALTER TABLE nodes DROP COLUMN ${column}`);
    await runner.query('DROP FUNCTION IF EXISTS bmc_hosts');
  }
}
