import type { Fields } from './field.js';
import { nodeFields, nodeStateFields } from './node-fields.js';

/** Every field of `GET /v1/nodes/{node}/states`. */
export const nodeStates: Fields = Object.fromEntries(
  Object.entries(nodeFields).filter(([name]) => nodeStateFields.includes(name)),
);
