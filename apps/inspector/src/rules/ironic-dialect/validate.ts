import { randomUUID } from 'node:crypto';
import { type InspectionRuleFields, isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { NewRule } from '../rule.js';
import { actions } from './actions.js';
import { argumentsOf, multiples, operators, parseOperator } from './conditions.js';

const highestPriority = 9999;

/**
 * Checks a rule in Ironic's dialect and completes it.
 *
 * @param fields what the client gave
 * @param present the rule that is being changed
 * @throws `invalid`, naming the field
 */
export function parseIronicRule(fields: InspectionRuleFields, present?: NewRule): NewRule {
  const priority = fields.priority ?? present?.priority ?? 0;
  if (!Number.isInteger(priority) || priority < 0 || priority > highestPriority)
    throw invalid('priority', `The priority of a rule is a whole number from 0 to ${highestPriority}.`);
  const phase = fields.phase ?? present?.phase ?? 'main';
  if (phase !== 'main') throw invalid('phase', 'The only phase of rules is "main".');
  if (present?.sensitive === true && fields.sensitive === false)
    throw invalid('sensitive', 'A sensitive rule stays sensitive.');
  if (present !== undefined && fields.uuid !== undefined && fields.uuid !== present.uuid)
    throw invalid('uuid', 'The UUID of a rule does not change.');
  const ruleActions = fields.actions?.map(parseAction) ?? present?.actions ?? [];
  if (ruleActions.length === 0) throw invalid('actions', 'A rule has at least one action.');
  return {
    uuid: (present?.uuid ?? fields.uuid ?? randomUUID()).toLowerCase(),
    dialect: 'ironic',
    description: fields.description === undefined ? (present?.description ?? null) : fields.description,
    priority,
    sensitive: fields.sensitive ?? present?.sensitive ?? false,
    phase,
    scope: null,
    conditions: fields.conditions?.map(parseCondition) ?? present?.conditions ?? [],
    actions: ruleActions,
  };
}

function parseCondition(condition: JsonObject): JsonObject {
  checkKeys('conditions', condition, ['op', 'args', 'loop', 'multiple']);
  const { name } = parseOperator(condition.op);
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (operator === undefined)
    throw invalid('conditions', `"${name}" is no operator; choose from ${Object.keys(operators).join(', ')}.`);
  checkArguments('conditions', name, condition.args, operator.required, operator.optional ?? []);
  const { multiple } = condition;
  if (multiple !== undefined && multiple !== null && !multiples.some((item) => item === multiple))
    throw invalid('conditions', `"multiple" is one of ${multiples.join(', ')}.`);
  return condition;
}

function parseAction(action: JsonObject): JsonObject {
  checkKeys('actions', action, ['op', 'args', 'loop']);
  const name = String(action.op);
  const known = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (known === undefined)
    throw invalid('actions', `"${name}" is no action; choose from ${Object.keys(actions).join(', ')}.`);
  checkArguments('actions', name, action.args, known.required, known.optional ?? []);
  known.check?.(argumentsOf(action.args, [...known.required, ...(known.optional ?? [])]));
  return action;
}

function checkArguments(
  field: string,
  name: string,
  args: Json | undefined,
  required: readonly string[],
  optional: readonly string[],
): void {
  if (args !== undefined && args !== null && !isJsonObject(args) && !Array.isArray(args))
    throw invalid(field, `The arguments of "${name}" are an object.`);
  const given = Object.keys(argumentsOf(args, [...required, ...optional]));
  const missing = required.filter((item) => !given.includes(item));
  if (missing.length > 0) throw invalid(field, `"${name}" lacks its argument ${missing.join(', ')}.`);
  const unexpected = given.filter((item) => !required.includes(item) && !optional.includes(item));
  if (unexpected.length > 0) throw invalid(field, `"${name}" has no argument ${unexpected.join(', ')}.`);
}

function checkKeys(field: string, object: JsonObject, allowed: readonly string[]): void {
  const unexpected = Object.keys(object).filter((key) => !allowed.includes(key));
  if (unexpected.length > 0) throw invalid(field, `Unexpected ${unexpected.join(', ')} in ${field}.`);
}

function invalid(field: string, message: string): BessemerError {
  return new BessemerError('invalid', message, { field });
}
