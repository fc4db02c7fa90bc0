import type { Fields } from './field.js';

/** Every field of a port group (reference: api.md §4). */
export const portgroupFields: Fields = {
  uuid: { type: 'uuid', since: 23, create: true, listed: true },
  created_at: { type: 'datetime', since: 23 },
  updated_at: { type: 'datetime', since: 23 },
  address: { type: 'mac', since: 23, create: true, patch: true, listed: true },
  node_uuid: {
    type: 'uuid',
    since: 23,
    create: true,
    patch: true,
    required: true,
    notNull: true,
    sortable: false,
  },
  name: { type: 'string', since: 23, create: true, patch: true, maxLength: 255, listed: true },
  extra: { type: 'object', since: 23, create: true, patch: true },
  internal_info: { type: 'object', since: 23 },
  standalone_ports_supported: { type: 'boolean', since: 23, create: true, patch: true, initial: true },
  mode: { type: 'string', since: 26, shownBelow: true, create: true, patch: true, minLength: 1, maxLength: 255 },
  properties: { type: 'object', since: 26, shownBelow: true, create: true, patch: true },
  physical_network: { type: 'string', since: 102, create: true, patch: true, minLength: 1, maxLength: 64 },
  category: { type: 'string', since: 103, create: true, patch: true, maxLength: 80 },
  dynamic_portgroup: { type: 'boolean', since: 111 },
  links: { type: 'list', since: 23, virtual: true, link: 'portgroups/{uuid}' },
  ports: { type: 'links', since: 23, virtual: true, link: 'portgroups/{uuid}/ports' },
};
