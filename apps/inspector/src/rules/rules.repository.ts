import type { JsonObject } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { Dialect, NewRule, Rule } from './rule.js';

const columns =
  'uuid, dialect, description, priority, sensitive, phase, scope, conditions, actions, created_at, updated_at';

/** A page of rules. */
export interface RulePage {
  phase?: string;
  marker?: string;
  limit?: number;
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

  /** Replaces a rule; null when it is gone. */
  async update(rule: NewRule): Promise<Rule | null> {
    const [updated] = await this.database.query<Rule>(
      `UPDATE rules SET description = $3, priority = $4, sensitive = $5, phase = $6, scope = $7, conditions = $8,
         actions = $9, updated_at = now()
       WHERE uuid = $1 AND dialect = $2 RETURNING ${columns}`,
      valuesOf(rule),
    );
    return updated ?? null;
  }

  /** Deletes one rule, or all of a dialect (and phase); answers how many. */
  async delete(dialect: Dialect, which: { uuid?: string; phase?: string } = {}): Promise<number> {
    const deleted = await this.database.query(
      `DELETE FROM rules WHERE dialect = $1 AND ($2::uuid IS NULL OR uuid = $2) AND ($3::text IS NULL OR phase = $3)
       RETURNING uuid`,
      [dialect, which.uuid ?? null, which.phase ?? null],
    );
    return deleted.length;
  }
}

function valuesOf(rule: NewRule): unknown[] {
  const json = (list: JsonObject[]) => JSON.stringify(list);
  const { uuid, dialect, description, priority, sensitive, phase, scope, conditions, actions } = rule;
  return [uuid, dialect, description, priority, sensitive, phase, scope, json(conditions), json(actions)];
}
