import type { Fields } from './field.js';

const bootModes = ['bios', 'uefi'];

/** The body of `states/console` (reference: api.md §2.4). */
export const consoleMembers: Fields = { enabled: { type: 'boolean', required: true, notNull: true } };

/** The body of `states/boot_mode`. */
export const bootModeMembers: Fields = {
  target: {
    type: 'string',
    required: true,
    notNull: true,
    values: bootModes,
    noneOf: (text) => `Invalid boot mode ${text} requested for node. Allowed boot modes are: ${bootModes.join(', ')}`,
  },
};

/** The body of `states/secure_boot`. */
export const secureBootMembers: Fields = { target: { type: 'boolean', required: true, notNull: true } };
