import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { inventoryDocument, type Processing } from '../../introspections/processing.js';
import { nameOfUrl } from '../api-call.js';
import { nameOf, type Rule, type RuleTrace } from '../rule.js';
import { RuleFailure } from '../rule-failure.js';
import { actions } from './actions.js';
import { argumentsOf, conditionHolds, fillArguments, loopItems } from './conditions.js';
import type { Names } from './interpolate.js';

/**
 * Applies rules in Ironic's order: one by one by falling priority, each evaluated when its turn comes, so that a later
 * rule sees what the earlier ones changed.
 *
 * @param rules in this order
 * @param traces gets an entry for each rule
 * @throws RuleFailure
 */
export function applyIronicRules(processing: Processing, rules: readonly Rule[], traces: RuleTrace[]): void {
  for (const rule of rules) {
    const trace: RuleTrace = { rule: rule.uuid, description: rule.description, dialect: 'ironic', matched: false };
    traces.push(trace);
    try {
      const warn = (text: string): void => void processing.warnings.push(`Rule "${nameOf(rule)}": ${text}`);
      trace.matched = rule.conditions.every((condition) => conditionHolds(condition, namesOf(processing), warn));
      if (trace.matched) for (const action of rule.actions) runAction(processing, rule, action, warn);
      const calls = processing.calls.filter((call) => call.rule === rule.uuid).map(({ url }) => nameOfUrl(url));
      if (calls.length > 0) trace.calls = calls;
    } catch (error) {
      const failure = RuleFailure.byError(rule, error);
      trace.error = failure.message;
      throw failure;
    }
  }
}

function runAction(processing: Processing, rule: Rule, { op, args, loop }: JsonObject, warn: (text: string) => void) {
  const action = actions[String(op)];
  if (action === undefined) throw new BessemerError('invalid', `There is no action "${String(op)}".`);
  const given = argumentsOf(args, [...action.required, ...(action.optional ?? [])]);
  const once = (names: Names): void =>
    action.run(processing, fillArguments(given, names, { inUrl: action.inUrl }, warn), rule);
  if (loop === undefined || loop === null) once(namesOf(processing));
  else for (const item of loopItems(loop, namesOf(processing))) once({ ...namesOf(processing), item });
}

function namesOf({ data, node }: Processing): Names {
  return { node: node.node, ...inventoryDocument(data) };
}
