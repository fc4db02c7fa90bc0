import { renderMasked } from '../records/sql.js';
import type { Fields } from './field.js';
import { deployStepMembers } from './step-members.js';

/** Every field of a deploy template (reference: api.md §10). A description is taken and forgotten, as Ironic does. */
export const deployTemplateFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  name: { type: 'string', create: true, patch: true, required: true, notNull: true, listed: true, maxLength: 255 },
  description: { type: 'string', create: true, patch: true, hidden: true, sortable: false, maxLength: 255 },
  steps: {
    type: 'list',
    create: true,
    patch: true,
    required: true,
    notNull: true,
    minItems: 1,
    items: deployStepMembers,
    sql: () => renderMasked('r."steps"'),
  },
  extra: { type: 'object', create: true, patch: true },
  links: { type: 'list', virtual: true, link: 'deploy_templates/{uuid}' },
};
