import type { Fields } from './field.js';

/** What is read of the body that attaches a VIF; it may hold anything besides (reference: api.md §2.8). */
export const vifMembers: Fields = {
  id: { type: 'string', required: true, notNull: true, minLength: 1 },
  /** Not together with the other one. */
  port_uuid: { type: 'uuid', since: 67, below: 'unread', notNull: true },
  portgroup_uuid: { type: 'uuid', since: 67, below: 'unread', notNull: true },
};
