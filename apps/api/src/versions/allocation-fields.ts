import type { Fields } from './field.js';

/** Every field of an allocation (reference: api.md §9). `node` is given to make one afterwards for an active node. */
export const allocationFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime', listed: true },
  updated_at: { type: 'datetime', listed: true },
  candidate_nodes: { type: 'list', create: true, listed: true },
  extra: { type: 'object', create: true, patch: true, listed: true },
  last_error: { type: 'string', listed: true },
  name: { type: 'string', create: true, patch: true, listed: true },
  node: { type: 'string', since: 58, create: true, hidden: true, virtual: true, sortable: false },
  node_uuid: { type: 'uuid', listed: true, sortable: false },
  owner: { type: 'string', since: 60, create: true, listed: true, maxLength: 255 },
  resource_class: { type: 'string', create: true, listed: true, maxLength: 80 },
  state: { type: 'string', listed: true },
  traits: { type: 'list', create: true, listed: true },
  links: { type: 'list', virtual: true, listed: true, link: 'allocations/{uuid}' },
};
