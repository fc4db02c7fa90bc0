import type { Fields } from './field.js';

/** Every field of a volume target, a volume that a machine uses (reference: api.md §5). */
export const volumeTargetFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  boot_index: { type: 'integer', create: true, patch: true, required: true, notNull: true, listed: true },
  extra: { type: 'object', create: true, patch: true },
  properties: { type: 'secrets', create: true, patch: true },
  volume_id: { type: 'string', create: true, patch: true, required: true, notNull: true, listed: true, maxLength: 255 },
  volume_type: {
    type: 'string',
    create: true,
    patch: true,
    required: true,
    notNull: true,
    listed: true,
    maxLength: 64,
  },
  links: { type: 'list', virtual: true, link: 'volume/targets/{uuid}' },
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
