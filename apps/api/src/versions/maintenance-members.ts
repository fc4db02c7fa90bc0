import type { Fields } from './field.js';

/** The body of `maintenance` (reference: api.md §2.3). */
export const maintenanceMembers: Fields = { reason: { type: 'string' } };
