import type { Fields } from './field.js';

/** Every field of a volume connector, by which a machine reaches volumes (reference: api.md §5). */
export const volumeConnectorFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  connector_id: {
    type: 'string',
    create: true,
    patch: true,
    required: true,
    notNull: true,
    listed: true,
    maxLength: 255,
  },
  extra: { type: 'object', create: true, patch: true },
  type: { type: 'string', create: true, patch: true, required: true, notNull: true, listed: true, maxLength: 32 },
  links: { type: 'list', virtual: true, link: 'volume/connectors/{uuid}' },
  node_uuid: {
    type: 'uuid',
    create: true,
    patch: true,
    required: true,
    notNull: true,
    listed: true,
    sortable: false,
  },
};
