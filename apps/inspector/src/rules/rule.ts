import type { JsonObject } from '@bessemer/contracts';

/** The two languages in which rules are written. */
export type Dialect = 'inspector' | 'ironic';

/** A rule as it is stored. */
export interface Rule {
  uuid: string;
  /** Grows with each change. */
  revision: number;
  dialect: Dialect;
  description: string | null;
  /** Ironic's dialect: higher ones run first. */
  priority: number;
  /** Ironic's dialect: conditions and actions are not shown. */
  sensitive: boolean;
  phase: string;
  /** ironic-inspector's dialect: only nodes with this `properties.inspection_scope`. */
  scope: string | null;
  conditions: JsonObject[];
  actions: JsonObject[];
  created_at: Date;
  updated_at: Date | null;
}

/** A rule as a client gives it, checked and completed. */
export type NewRule = Omit<Rule, 'revision' | 'created_at' | 'updated_at'>;

/** What one rule did, for a dry run and for the introspection's record. */
export interface RuleTrace {
  rule: string;
  description: string | null;
  dialect: Dialect;
  matched: boolean;
  /** The URLs, without their queries, that it asked to be called. */
  calls?: string[];
  error?: string;
}

/** What people call the rule. */
export function nameOf(rule: Pick<Rule, 'uuid' | 'description'>): string {
  return rule.description === null || rule.description === '' ? rule.uuid : rule.description;
}
