import type { Fields } from './field.js';

/** Every field of an inspection rule (reference: api.md §12). The inspector keeps the rules and checks their contents. */
export const inspectionRuleFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  description: { type: 'string', create: true, patch: true, listed: true, maxLength: 255 },
  phase: { type: 'string', create: true, patch: true, listed: true, initial: 'main' },
  priority: { type: 'integer', create: true, patch: true, listed: true, minimum: 0, initial: 0 },
  sensitive: { type: 'boolean', create: true, patch: true, initial: false },
  conditions: { type: 'list', create: true, patch: true },
  actions: { type: 'list', create: true, patch: true, required: true, notNull: true, minItems: 1 },
  links: { type: 'list', virtual: true, listed: true },
};
