import { type Parameters, pageParameters } from './parameters.js';

/** `GET /v1/inspection_rules` */
export const ruleParameters = {
  ...pageParameters,
  phase: { type: 'string' },
  fields: { type: 'list' },
  detail: { type: 'boolean' },
} as const satisfies Parameters;

/** `DELETE /v1/inspection_rules` */
export const ruleDeleteParameters = { phase: { type: 'string' } } as const satisfies Parameters;
