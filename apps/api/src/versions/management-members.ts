import type { Fields } from './field.js';

/** The body, or the query, of `management/boot_device` (reference: api.md §2.5). */
export const bootDeviceMembers: Fields = {
  boot_device: {
    type: 'string',
    required: true,
    notNull: true,
    values: ['pxe', 'disk', 'cdrom', 'bios', 'safe', 'wanboot', 'iscsiboot', 'floppy', 'uefihttp'],
    noneOf: (text) => `Invalid boot device ${text} specified.`,
  },
  persistent: { type: 'boolean' },
};

/** The body of `management/indicators/{indicator}`. */
export const indicatorMembers: Fields = {
  state: {
    type: 'string',
    required: true,
    notNull: true,
    values: ['on', 'off', 'blinking', 'unknown'],
    isCaseless: true,
    noneOf: (text) => `Invalid indicator state ${text}.`,
  },
};
