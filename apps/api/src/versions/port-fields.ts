import type { Fields } from './field.js';

/** Every field of a port (reference: api.md §3). */
export const portFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  address: { type: 'mac', create: true, patch: true, required: true, notNull: true, listed: true },
  node_uuid: { type: 'uuid', create: true, patch: true, notNull: true, sortable: false },
  /** Stands for node_uuid, and may be a name; one of the two is needed. */
  node_ident: { type: 'string', since: 94, create: true, notNull: true, hidden: true, virtual: true },
  extra: { type: 'object', create: true, patch: true, task: true },
  internal_info: { type: 'object', since: 18 },
  pxe_enabled: { type: 'boolean', since: 19, create: true, patch: true, task: true, initial: true },
  local_link_connection: { type: 'object', since: 19, create: true, patch: true, task: true },
  portgroup_uuid: { type: 'uuid', since: 24, create: true, patch: true, sortable: false },
  physical_network: { type: 'string', since: 34, create: true, patch: true, task: true, minLength: 1, maxLength: 64 },
  is_smartnic: { type: 'boolean', since: 53, create: true, patch: true, task: true, initial: false },
  name: { type: 'string', since: 88, create: true, patch: true, maxLength: 255 },
  description: { type: 'string', since: 97, create: true, patch: true, task: true, maxLength: 255 },
  vendor: { type: 'string', since: 100, create: true, patch: true, task: true, maxLength: 32 },
  category: { type: 'string', since: 101, create: true, patch: true, task: true, maxLength: 80 },
  available_for_dynamic_portgroup: {
    type: 'boolean',
    since: 111,
    create: true,
    patch: true,
    task: true,
    initial: true,
  },
  links: { type: 'list', virtual: true, link: 'ports/{uuid}' },
};
