import { renderMasked } from '../records/sql.js';
import type { Fields } from './field.js';
import { runbookStepMembers } from './step-members.js';

/** Every field of a runbook (reference: api.md §11). */
export const runbookFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  name: { type: 'string', create: true, patch: true, required: true, notNull: true, listed: true, maxLength: 255 },
  description: { type: 'string', since: 112, create: true, patch: true, maxLength: 255 },
  steps: {
    type: 'list',
    create: true,
    patch: true,
    required: true,
    notNull: true,
    minItems: 1,
    items: runbookStepMembers,
    sql: () => renderMasked('r."steps"'),
  },
  disable_ramdisk: { type: 'boolean', create: true, patch: true, initial: false },
  extra: { type: 'object', create: true, patch: true },
  public: { type: 'boolean', create: true, patch: true, initial: false },
  owner: { type: 'string', create: true, patch: true, maxLength: 255 },
  traits: { type: 'list', since: 112 },
  links: { type: 'list', virtual: true, link: 'runbooks/{uuid}' },
};
