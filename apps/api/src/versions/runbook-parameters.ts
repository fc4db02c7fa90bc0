import { type Parameters, pageParameters } from './parameters.js';

/** `GET /v1/runbooks`; `project` shows the runbooks of a project and the public ones. */
export const runbookListParameters = {
  ...pageParameters,
  fields: { type: 'list' },
  detail: { type: 'boolean' },
  project: { type: 'string' },
} as const satisfies Parameters;
