import { type Parameters, pageParameters } from './parameters.js';

/** `GET /v1/nodes/{node}/volume/connectors` and `…/targets` */
export const nodeVolumeListParameters = {
  ...pageParameters,
  fields: { type: 'list' },
  detail: { type: 'boolean' },
} as const satisfies Parameters;
/** `GET /v1/volume/connectors` and `…/targets`; `node` is a UUID or a name. */
export const volumeListParameters = {
  ...nodeVolumeListParameters,
  node: { type: 'string' },
} as const satisfies Parameters;
