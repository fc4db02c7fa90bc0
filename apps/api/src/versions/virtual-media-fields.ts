import type { Fields } from './field.js';
import type { Parameters } from './parameters.js';

/** The virtual media devices that a request may name (reference: api.md §2.9). */
export const deviceTypes = ['cdrom', 'disk', 'floppy'] as const;

/** The body that inserts an image. */
export const attachMembers: Fields = {
  device_type: { type: 'string', required: true, notNull: true, values: deviceTypes, isCaseless: true },
  image_url: { type: 'string', required: true, notNull: true, isSecret: true },
  /** How the BMC gets it: straight from its URL, or from a copy that the conductor keeps. */
  image_download_source: { type: 'string', notNull: true, values: ['http', 'local', 'swift'] },
};

/** `DELETE /v1/nodes/{node}/vmedia` */
export const detachParameters = { device_types: { type: 'list' } } as const satisfies Parameters;
