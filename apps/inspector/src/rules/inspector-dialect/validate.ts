import { randomUUID } from 'node:crypto';
import { isJsonObject, isUuid, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { NewRule } from '../rule.js';
import { actions, targetOf } from './actions.js';
import { multiples, operators } from './conditions.js';
import { parseField } from './field.js';

const fields = ['uuid', 'description', 'scope', 'conditions', 'actions'];

/**
 * Checks a rule in ironic-inspector's dialect and completes it.
 *
 * @param body what the client sent
 * @throws `invalid`, naming the field
 */
export function parseInspectorRule(body: unknown): NewRule {
  if (!isJsonObject(body)) throw invalid('rule', 'Invalid data: a rule is a JSON object');
  const unknown = Object.keys(body).filter((key) => !fields.includes(key));
  if (unknown.length > 0) throw invalid(unknown[0], `Validation failed for rule: unexpected ${unknown.join(', ')}`);
  if (body.uuid !== undefined && body.uuid !== null && !isUuid(body.uuid)) throw invalid('uuid', 'Invalid UUID value');
  const rule = {
    uuid: isUuid(body.uuid) ? body.uuid.toLowerCase() : randomUUID(),
    dialect: 'inspector' as const,
    description: optionalText(body.description, 'description'),
    scope: optionalText(body.scope, 'scope', 255),
    priority: 0,
    sensitive: false,
    phase: 'main',
    conditions: listOf(body.conditions, 'conditions').map(parseCondition),
    actions: listOf(body.actions, 'actions').map(parseAction),
  };
  if (rule.actions.length === 0) throw invalid('actions', 'Validation failed for actions: at least one is needed');
  return rule;
}

function parseCondition(condition: JsonObject): JsonObject {
  const { op, field, multiple = 'any', invert = false, ...parameters } = condition;
  const operator = typeof op === 'string' && Object.hasOwn(operators, op) ? operators[op] : undefined;
  if (operator === undefined)
    throw invalid('conditions', `Validation failed for conditions: ${shown(op)} is not one of ${names(operators)}`);
  if (typeof field !== 'string') throw invalid('conditions', "Validation failed for conditions: 'field' is required");
  parseField(field);
  if (!multiples.some((item) => item === multiple))
    throw invalid('conditions', `Validation failed for conditions: multiple is one of ${multiples.join(', ')}`);
  if (typeof invert !== 'boolean') throw invalid('conditions', 'Validation failed for conditions: invert is a boolean');
  checkParameters(`operator ${op}`, parameters, operator.parameters, []);
  operator.validate?.(parameters.value ?? null);
  return { op: op ?? null, field, multiple, invert, ...parameters };
}

function parseAction(action: JsonObject): JsonObject {
  const { action: name, ...parameters } = action;
  const known = typeof name === 'string' && Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (known === undefined)
    throw invalid('actions', `Validation failed for actions: ${shown(name)} is not one of ${names(actions)}`);
  checkParameters(`action ${name}`, parameters, known.required, known.optional);
  if (Object.hasOwn(parameters, 'path')) targetOf(parameters.path, parameters.value);
  return action;
}

function checkParameters(
  of: string,
  given: JsonObject,
  required: readonly string[],
  optional: readonly string[],
): void {
  const missing = required.filter((name) => !Object.hasOwn(given, name));
  if (missing.length > 0)
    throw invalid(missing[0], `Invalid parameters for ${of}: missing required parameter(s): ${missing.join(', ')}`);
  const unexpected = Object.keys(given).filter((name) => !required.includes(name) && !optional.includes(name));
  if (unexpected.length > 0)
    throw invalid(unexpected[0], `Invalid parameters for ${of}: unexpected parameter(s): ${unexpected.join(', ')}`);
}

function listOf(value: Json | undefined, field: string): JsonObject[] {
  const list = value ?? [];
  if (!Array.isArray(list) || !list.every(isJsonObject))
    throw invalid(field, `Validation failed for ${field}: a list of objects is expected`);
  return list;
}

function optionalText(value: Json | undefined, field: string, limit = 4096): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value.length <= limit) return value;
  throw invalid(field, `Validation failed for ${field}: a text of at most ${limit} characters is expected`);
}

function names(of: object): string {
  return `[${Object.keys(of)
    .map((name) => `'${name}'`)
    .join(', ')}]`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function invalid(field: string | undefined, message: string): BessemerError {
  return new BessemerError('invalid', message, { field });
}
