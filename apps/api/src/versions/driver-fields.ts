import { interfaceKinds } from '@bessemer/contracts';
import type { Field, Fields } from './field.js';
import { nodeFields } from './node-fields.js';

const dynamicSince = 30;

/** An interface is shown on a driver from the version on that has it on a node; the oldest ones came together. */
function interfaceSince(kind: string): number {
  const onNode = nodeFields[`${kind}_interface`]?.since ?? dynamicSince;
  return onNode <= dynamicSince + 1 ? dynamicSince : onNode;
}

/** Every field of a hardware type (reference: api.md §7). */
export const driverFields: Fields = {
  name: { type: 'string', listed: true },
  hosts: { type: 'list', listed: true },
  links: { type: 'list', listed: true },
  properties: { type: 'list', since: 14, listed: true },
  type: { type: 'string', since: dynamicSince, listed: true },
  ...Object.fromEntries(
    interfaceKinds.flatMap((kind): [string, Field][] => [
      [`default_${kind}_interface`, { type: 'string', since: interfaceSince(kind) }],
      [`enabled_${kind}_interfaces`, { type: 'list', since: interfaceSince(kind) }],
    ]),
  ),
};
