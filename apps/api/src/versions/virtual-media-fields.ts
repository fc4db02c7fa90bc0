import type { Parameters } from './parameters.js';

/** The virtual media devices that a request may name (reference: api.md §2.9). */
export const deviceTypes = ['cdrom', 'disk', 'floppy'] as const;

/** How the BMC may get an image: straight from its URL, or from a copy that the conductor keeps. */
export const downloadSources = ['http', 'local', 'swift'] as const;

/** `DELETE /v1/nodes/{node}/vmedia` */
export const detachParameters = { device_types: { type: 'list' } } as const satisfies Parameters;
