import { conductorFields } from '../conductor-fields.js';
import { conductorParameters, showParameters } from '../parameters.js';
import type { Route } from '../route.js';

const common = { since: 49, below: 'not-found', policy: 'baremetal:conductor:get', success: 200 } as const;

/** Conductors (reference: api.md §8). */
export const conductorRoutes: readonly Route[] = [
  {
    ...common,
    method: 'GET',
    path: '/v1/conductors',
    summary: 'A page of conductors.',
    query: conductorParameters,
    answer: { list: conductorFields, plural: 'conductors' },
  },
  {
    ...common,
    method: 'GET',
    path: '/v1/conductors/:hostname',
    summary: 'One conductor.',
    query: showParameters,
    answer: { record: conductorFields },
  },
];
