import type { Field, Fields } from './field.js';

/** Interfaces that may have steps (reference: api.md §2.4). */
export const stepInterfaces = ['vendor', 'power', 'management', 'firmware', 'deploy', 'bios', 'raid'] as const;

const named = {
  interface: { type: 'string', required: true, notNull: true, values: stepInterfaces },
  step: { type: 'string', required: true, notNull: true, minLength: 1, maxLength: 255 },
} as const satisfies Fields;
const position: Field = { type: 'integer', required: true, notNull: true, minimum: 0, digits: true };

/** One step of `clean_steps` and `service_steps`. */
export const cleanStepMembers: Fields = {
  ...named,
  args: { type: 'object' },
  execute_on_child_nodes: { type: 'boolean' },
  limit_child_node_execution: { type: 'list' },
  order: { type: 'integer', minimum: 0, digits: true },
};

/** One step of `deploy_steps` and of a deploy template. */
export const deployStepMembers: Fields = {
  ...named,
  args: { type: 'object', required: true, notNull: true },
  priority: position,
};

/** One step of a runbook. */
export const runbookStepMembers: Fields = { ...named, args: { type: 'object' }, order: position };
