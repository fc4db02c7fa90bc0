import type { Fields } from './field.js';

/**
 * Every field of a chassis (reference: api.md §6). `nodes` holds its links as a list within a list: clients know it so.
 */
export const chassisFields: Fields = {
  uuid: { type: 'uuid', create: true, listed: true },
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  description: { type: 'string', create: true, patch: true, listed: true, maxLength: 255 },
  extra: { type: 'object', create: true, patch: true },
  links: { type: 'list', virtual: true, link: 'chassis/{uuid}' },
  nodes: {
    type: 'links',
    isNested: true,
    virtual: true,
    link: 'chassis/{uuid}/nodes',
    linkForm: 'nested',
  },
};
