import type { Json, JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { Processing } from '../../introspections/processing.js';
import { parseAttributePath } from '../attribute-path.js';
import { nameOf, type Rule } from '../rule.js';
import { RuleFailure } from '../rule-failure.js';
import { refuseSecret } from '../secret-guard.js';
import { format } from './format.js';

/** One action. */
interface Action {
  required: readonly string[];
  optional: readonly string[];
  run(processing: Processing, parameters: JsonObject, rule: Rule): void;
}

const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value));

/** The path that a value may be written to. */
export function targetOf(path: Json | undefined, value: Json | undefined): string[] {
  const keys = parseAttributePath(text(path));
  refuseSecret(keys, value ?? null);
  return keys;
}

/** The actions by name (inspection reference §5). */
export const actions: Readonly<Record<string, Action>> = {
  'add-trait': {
    required: ['name'],
    optional: [],
    run: ({ node }, { name }) => node.addTrait(text(name)),
  },
  // The original has it to be copied from; what a rule with it does elsewhere, it does here.
  example: { required: [], optional: [], run: () => undefined },
  'extend-attribute': {
    required: ['path', 'value'],
    optional: ['unique'],
    run: ({ node }, { path, value, unique }, rule) =>
      node.extend(targetOf(path, value), value ?? null, { unique: unique === true, rule: nameOf(rule) }),
  },
  fail: {
    required: ['message'],
    optional: [],
    run: (_, { message }, rule) => {
      throw RuleFailure.byAction(rule, text(message));
    },
  },
  'remove-trait': {
    required: ['name'],
    optional: [],
    run: ({ node }, { name }) => node.removeTrait(text(name)),
  },
  'set-attribute': {
    required: ['path', 'value'],
    optional: ['reset_interfaces'],
    run: ({ node }, { path, value }, rule) => node.set(targetOf(path, value), value ?? null, nameOf(rule)),
  },
  'set-capability': {
    required: ['name'],
    optional: ['value'],
    run: ({ node }, { name, value }, rule) => node.setCapability(text(name), text(value), nameOf(rule)),
  },
};

/** Carries out one action of a rule. */
export function runAction(processing: Processing, rule: Rule, { action: name, ...parameters }: JsonObject): void {
  const action = actions[String(name)];
  if (action === undefined) throw new BessemerError('invalid', `There is no action "${String(name)}".`);
  const formatted = Object.entries(parameters).map(([key, value]) => [
    key,
    key === 'path' ? value : format(value, processing.data),
  ]);
  action.run(processing, Object.fromEntries(formatted), rule);
}
