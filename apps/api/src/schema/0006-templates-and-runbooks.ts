import type { MigrationInterface, QueryRunner } from 'typeorm';

const common = `
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    name text NOT NULL UNIQUE,
    steps jsonb NOT NULL,
    extra jsonb NOT NULL DEFAULT '{}'`;

const statements = [
  `CREATE TABLE deploy_templates (${common})`,
  `CREATE TABLE runbooks (${common},
    description text,
    disable_ramdisk boolean NOT NULL DEFAULT false,
    public boolean NOT NULL DEFAULT false,
    owner text,
    traits jsonb NOT NULL DEFAULT '[]',
    CONSTRAINT runbooks_public_without_owner CHECK (NOT public OR owner IS NULL)
  )`,
  'CREATE INDEX runbooks_owner ON runbooks (owner, id)',
];

/** Deploy templates and runbooks: steps under a name. */
export class TemplatesAndRunbooks1700000006000 implements MigrationInterface {
  readonly name = 'TemplatesAndRunbooks1700000006000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deploy_templates, runbooks');
  }
}
