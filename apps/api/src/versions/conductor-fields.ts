import type { Fields } from './field.js';
import { conductorAliveFor } from './node-fields.js';

/** Every field of a conductor (reference: api.md §8). */
export const conductorFields: Fields = {
  created_at: { type: 'datetime' },
  updated_at: { type: 'datetime' },
  hostname: { type: 'string', listed: true },
  conductor_group: { type: 'string', listed: true },
  drivers: { type: 'list' },
  links: { type: 'list', virtual: true, link: 'conductors/{hostname}' },
  alive: {
    type: 'boolean',
    virtual: true,
    listed: true,
    sql: () => `(r.online AND r.updated_at > now() - ${conductorAliveFor})`,
  },
};
