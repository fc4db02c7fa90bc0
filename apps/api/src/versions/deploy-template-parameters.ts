import { type Parameters, pageParameters } from './parameters.js';

/** `GET /v1/deploy_templates` */
export const deployTemplateListParameters = {
  ...pageParameters,
  fields: { type: 'list' },
  detail: { type: 'boolean' },
} as const satisfies Parameters;
