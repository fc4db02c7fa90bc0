import type { Fields } from './field.js';

/** Every field of a row of a node's history (reference: api.md §2.10). */
export const historyFields: Fields = {
  uuid: { type: 'uuid', listed: true },
  created_at: { type: 'datetime', listed: true },
  severity: { type: 'string', listed: true },
  event: { type: 'string', listed: true },
  event_type: { type: 'string' },
  conductor: { type: 'string' },
  user: { type: 'string' },
  project: { type: 'string', since: 113 },
  state: { type: 'string', since: 115 },
  target_provision_state: { type: 'string', since: 115 },
  duration_seconds: { type: 'integer', since: 115 },
  links: {
    type: 'list',
    virtual: true,
    listed: true,
    link: 'nodes/{node_uuid}/history/{uuid}',
    linkForm: 'self',
  },
};

/** Every field of a BIOS setting (reference: api.md §2.10). */
export const biosFields: Fields = {
  created_at: { type: 'datetime', listed: true },
  updated_at: { type: 'datetime', listed: true },
  name: { type: 'string', listed: true },
  value: { type: 'string', listed: true },
  attribute_type: { type: 'string', since: 74 },
  allowable_values: { type: 'list', since: 74 },
  lower_bound: { type: 'integer', since: 74 },
  max_length: { type: 'integer', since: 74 },
  min_length: { type: 'integer', since: 74 },
  read_only: { type: 'boolean', since: 74 },
  reset_required: { type: 'boolean', since: 74 },
  unique: { type: 'boolean', since: 74 },
  upper_bound: { type: 'integer', since: 74 },
  links: {
    type: 'list',
    virtual: true,
    listed: true,
    link: 'nodes/{node_uuid}/bios/{name}',
  },
};
