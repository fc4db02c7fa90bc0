import type { Parameters } from './parameters.js';

/** `GET /v1/find`; see NodeSearchService for what an identifier is. */
export const findParameters = { identifier: { type: 'string' } } as const satisfies Parameters;
