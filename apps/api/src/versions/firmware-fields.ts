import type { Fields } from './field.js';
import type { Parameters } from './parameters.js';

/** Every field of a firmware component (reference: api.md §2.10). */
export const firmwareFields: Fields = {
  created_at: { type: 'datetime', listed: true },
  updated_at: { type: 'datetime', listed: true },
  component: { type: 'string', listed: true },
  initial_version: { type: 'string', listed: true },
  current_version: { type: 'string', listed: true },
  last_version_flashed: { type: 'string', listed: true },
  vendor: { type: 'string', since: 114, listed: true },
  model: { type: 'string', since: 114, listed: true },
  serial_number: { type: 'string', since: 114, listed: true },
};

/** `GET /v1/nodes/{node}/firmware` */
export const firmwareParameters = {
  fields: { type: 'list' },
  detail: { type: 'boolean' },
} as const satisfies Parameters;
