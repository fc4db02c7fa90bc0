import type { JsonObject, RuleSortKey } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { Dialect, NewRule, Rule } from './rule.js';

const columns =
  'uuid, revision, dialect, description, priority, sensitive, phase, scope, conditions, actions, created_at, updated_at';

/** A page of rules. */
export interface RulePage {
  phase?: string;
  marker?: string;
  limit?: number;
  /** Instead of the order in which they are evaluated. */
  sort_key?: RuleSortKey;
  sort_dir?: 'asc' | 'desc';
}

/** Rules of both dialects. */
@Injectable()
export class RulesRepository {
  constructor(private readonly database: Database) {}

  /** All rules of a dialect in the order in which they are evaluated. */
  list(dialect: Dialect, page: RulePage = {}): Promise<Rule[]> {
    return this.database.query<Rule>(
      `SELECT ${columns} FROM rules
        WHERE dialect = $1 AND ($2::text IS NULL OR phase = $2)
          AND ($3::uuid IS NULL OR (-priority, position) > (SELECT -priority, position FROM rules WHERE uuid = $3))
        ORDER BY priority DESC, position LIMIT $4`,
      [dialect, page.phase ?? null, page.marker ?? null, page.limit ?? null],
    );
  }

  /** A page of the rules of a dialect in another order; there are few of them, so that none is kept for each key. */
  sorted(dialect: Dialect, key: RuleSortKey, page: RulePage): Promise<Rule[]> {
    const direction = page.sort_dir === 'desc' ? 'DESC NULLS LAST' : 'ASC NULLS FIRST';
    return this.database.query<Rule>(
      `WITH sorted AS (
         SELECT *, row_number() OVER (ORDER BY ${key} ${direction}, position ${page.sort_dir ?? 'asc'}) AS place
           FROM rules WHERE dialect = $1 AND ($2::text IS NULL OR phase = $2))
       SELECT ${columns} FROM sorted
        WHERE $3::uuid IS NULL OR place > (SELECT place FROM sorted WHERE uuid = $3)
        ORDER BY place LIMIT $4`,
      [dialect, page.phase ?? null, page.marker ?? null, page.limit ?? null],
    );
  }

  async find(dialect: Dialect, uuid: string): Promise<Rule | null> {
    const [rule] = await this.database.query<Rule>(`SELECT ${columns} FROM rules WHERE dialect = $1 AND uuid = $2`, [
      dialect,
      uuid,
    ]);
    return rule ?? null;
  }

  /** Inserts a rule; null when its UUID is taken. */
  async insert(rule: NewRule, tx?: Transaction): Promise<Rule | null> {
    const [inserted] = await (tx ?? this.database).query<Rule>(
      `INSERT INTO rules (uuid, dialect, description, priority, sensitive, phase, scope, conditions, actions)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (uuid) DO NOTHING RETURNING ${columns}`,
      valuesOf(rule),
    );
    return inserted ?? null;
  }

  /** Replaces a rule by compare-and-set on its revision; null when it has another one by now, or is gone. */
  async update(rule: NewRule, revision: number): Promise<Rule | null> {
    const [updated] = await this.database.query<Rule>(
      `UPDATE rules SET description = $3, priority = $4, sensitive = $5, phase = $6, scope = $7, conditions = $8,
         actions = $9, updated_at = now(), revision = revision + 1
       WHERE uuid = $1 AND dialect = $2 AND revision = $10 RETURNING ${columns}`,
      [...valuesOf(rule), revision],
    );
    return updated ?? null;
  }

  /** Deletes one rule, or all of a dialect (and phase); answers how many. */
  async delete(dialect: Dialect, which: { uuid?: string; phase?: string; revision?: number } = {}): Promise<number> {
    const deleted = await this.database.query(
      `DELETE FROM rules WHERE dialect = $1 AND ($2::uuid IS NULL OR uuid = $2) AND ($3::text IS NULL OR phase = $3)
         AND ($4::integer IS NULL OR revision = $4)
       RETURNING uuid`,
      [dialect, which.uuid ?? null, which.phase ?? null, which.revision ?? null],
    );
    return deleted.length;
  }
}

function valuesOf(rule: NewRule): unknown[] {
  const json = (list: JsonObject[]) => JSON.stringify(list);
  const { uuid, dialect, description, priority, sensitive, phase, scope, conditions, actions } = rule;
  return [uuid, dialect, description, priority, sensitive, phase, scope, json(conditions), json(actions)];
}
