import { type InspectionRuleFields, isJsonObject, type JsonObject } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { Processing } from '../introspections/processing.js';
import { applyInspectorRules } from './inspector-dialect/evaluate.js';
import { parseInspectorRule } from './inspector-dialect/validate.js';
import { applyIronicRules } from './ironic-dialect/evaluate.js';
import { parseIronicRule } from './ironic-dialect/validate.js';
import type { Dialect, NewRule, Rule, RuleTrace } from './rule.js';
import { uuidOfContent } from './rule-identity.js';
import { type RulePage, RulesRepository } from './rules.repository.js';

/** All rules in their orders, read before they are evaluated. */
export interface RuleSet {
  inspector: Rule[];
  ironic: Rule[];
}

/** Keeps rules of both dialects and applies them. */
@Injectable()
export class RulesService {
  constructor(
    private readonly database: Database,
    private readonly rules: RulesRepository,
  ) {}

  /** A page of rules, in the order in which they are evaluated if no other is asked for. Throws `not-found` for a marker. */
  async list(dialect: Dialect, page: RulePage = {}): Promise<Rule[]> {
    if (page.marker !== undefined) await this.get(dialect, page.marker);
    return page.sort_key === undefined
      ? this.rules.list(dialect, page)
      : this.rules.sorted(dialect, page.sort_key, page);
  }

  /** One rule. Throws `not-found`. */
  async get(dialect: Dialect, uuid: string): Promise<Rule> {
    return found(await this.rules.find(dialect, uuid), uuid);
  }

  /** Checks and keeps a rule in ironic-inspector's dialect. Throws `invalid`, and `conflict` for a UUID that is taken. */
  createInspectorRule(body: unknown): Promise<Rule> {
    return this.create(parseInspectorRule(body));
  }

  /** Checks and keeps a rule in Ironic's dialect. Throws `invalid`, and `conflict` for a UUID that is taken. */
  createIronicRule(fields: InspectionRuleFields): Promise<Rule> {
    return this.create(parseIronicRule(fields));
  }

  /**
   * Changes the given fields of a rule in Ironic's dialect.
   *
   * @param revision the one that the change was made from
   * @throws `invalid`, `not-found`, and `conflict` when the rule has another revision by now
   */
  async updateIronicRule(uuid: string, revision: number, fields: InspectionRuleFields): Promise<Rule> {
    const changed = parseIronicRule(fields, await this.get('ironic', uuid));
    const updated = await this.rules.update(changed, revision);
    if (updated === null) throw changedMeanwhile(uuid);
    return updated;
  }

  /**
   * Deletes one rule.
   *
   * @param revision where only that one is to be deleted
   * @throws `not-found`, and `conflict` when it has another revision
   */
  async delete(dialect: Dialect, uuid: string, revision?: number): Promise<void> {
    if ((await this.rules.delete(dialect, { uuid, ...(revision === undefined ? {} : { revision }) })) > 0) return;
    await this.get(dialect, uuid);
    throw changedMeanwhile(uuid);
  }

  /** Deletes all rules of a dialect, of one phase if given; answers how many. */
  deleteAll(dialect: Dialect, phase?: string): Promise<number> {
    return this.rules.delete(dialect, { phase });
  }

  /**
   * Imports rules of either dialect, told apart by their actions (`action` or `op`); all or none. A rule without a UUID
   * gets one of its content, so that a file can be imported again.
   *
   * @throws `invalid`, which names every rule that is wrong by its index
   */
  async import(bodies: readonly JsonObject[]): Promise<{ uuids: string[]; created: number }> {
    const problems: string[] = [];
    const parsed = bodies.flatMap((body, index) => {
      try {
        return [parseAny(body)];
      } catch (error) {
        if (!(error instanceof BessemerError)) throw error;
        problems.push(`Rule ${index}: ${error.message}`);
        return [];
      }
    });
    if (problems.length > 0) throw new BessemerError('invalid', problems.join('\n'), { field: 'rules' });
    return this.database.transaction(async (tx) => {
      let created = 0;
      for (const rule of parsed) if ((await this.rules.insert(rule, tx)) !== null) created += 1;
      return { uuids: parsed.map((rule) => rule.uuid), created };
    });
  }

  /** Reads all rules. */
  async load(): Promise<RuleSet> {
    return { inspector: await this.rules.list('inspector'), ironic: await this.rules.list('ironic') };
  }

  /**
   * Applies rules: ironic-inspector's first, then Ironic's, each in its own order.
   *
   * @param traces gets an entry for each rule that was looked at
   * @throws RuleFailure of the first rule that fails
   */
  apply(processing: Processing, set: RuleSet, traces: RuleTrace[]): void {
    applyInspectorRules(processing, set.inspector, traces);
    applyIronicRules(processing, set.ironic, traces);
  }

  private async create(rule: NewRule): Promise<Rule> {
    const created = await this.rules.insert(rule);
    if (created) return created;
    throw new BessemerError('conflict', `Rule with UUID ${rule.uuid} already exists`, { field: 'uuid' });
  }
}

/** Rules that are given rather than stored, for a dry run. */
export function ruleSetOf(bodies: readonly JsonObject[], now: Date): RuleSet {
  const rules = bodies.map((body): Rule => ({ ...parseAny(body), revision: 1, created_at: now, updated_at: null }));
  const byPriority = (a: Rule, b: Rule): number => b.priority - a.priority;
  return {
    inspector: rules.filter((rule) => rule.dialect === 'inspector'),
    ironic: rules.filter((rule) => rule.dialect === 'ironic').sort(byPriority),
  };
}

function parseAny(body: JsonObject): NewRule {
  const actions = Array.isArray(body.actions) ? body.actions : [];
  const isIronic = actions.some((action) => isJsonObject(action) && Object.hasOwn(action, 'op'));
  const rule = isIronic ? parseIronicRule(body) : parseInspectorRule(body);
  return typeof body.uuid === 'string' ? rule : { ...rule, uuid: uuidOfContent(rule) };
}

function found(rule: Rule | null, uuid: string): Rule {
  if (rule) return rule;
  throw missing(uuid);
}

const changedMeanwhile = (uuid: string): BessemerError =>
  new BessemerError('conflict', `Rule ${uuid} was changed by another request at the same time.`, {
    remedy: 'Read it again and repeat the request.',
  });

function missing(uuid: string): BessemerError {
  return new BessemerError('not-found', `Rule ${uuid} was not found`);
}
