import type { Processing } from '../../introspections/processing.js';
import type { Rule, RuleTrace } from '../rule.js';
import { RuleFailure } from '../rule-failure.js';
import { runAction } from './actions.js';
import { conditionHolds } from './conditions.js';

/**
 * Applies rules in ironic-inspector's order: the conditions of all rules are looked at first, then the actions of
 * those that match run in the order of the rules, so that no rule sees what another one changed.
 *
 * @param rules in the order of their creation
 * @param traces gets an entry for each rule
 * @throws RuleFailure
 */
export function applyInspectorRules(processing: Processing, rules: readonly Rule[], traces: RuleTrace[]): void {
  const matching = rules.filter((rule) => {
    const trace: RuleTrace = { rule: rule.uuid, description: rule.description, dialect: 'inspector', matched: false };
    traces.push(trace);
    trace.matched = traced(rule, trace, () => isMatching(rule, processing));
    return trace.matched;
  });
  for (const rule of matching) {
    const trace = traces.find((item) => item.rule === rule.uuid);
    traced(rule, trace, () => {
      for (const action of rule.actions) runAction(processing, rule, action);
    });
  }
}

function isMatching(rule: Rule, processing: Processing): boolean {
  if (
    rule.scope !== null &&
    rule.scope !== '' &&
    rule.scope !== processing.node.get(['properties', 'inspection_scope'])
  )
    return false;
  const sources = { data: processing.data, node: processing.node.node };
  return rule.conditions.every((condition) => conditionHolds(condition, sources));
}

function traced<T>(rule: Rule, trace: RuleTrace | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const failure = RuleFailure.byError(rule, error);
    if (trace) trace.error = failure.message;
    throw failure;
  }
}
