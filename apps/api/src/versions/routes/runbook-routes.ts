import { showParameters } from '../parameters.js';
import type { Route } from '../route.js';
import { runbookFields } from '../runbook-fields.js';
import { runbookListParameters } from '../runbook-parameters.js';
import { objectSchema, textsSchema } from '../schemas.js';

const runbooks = '/v1/runbooks';
const since = 92;
const sinceTraits = 112;
const traits = objectSchema({ traits: textsSchema });

/** Runbooks and the traits of nodes that they fit (reference: api.md §11). */
export const runbookRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: runbooks,
    since,
    below: 'no-route',
    policy: 'baremetal:runbook:list',
    success: 200,
    summary: 'A page of runbooks.',
    query: runbookListParameters,
    answer: { list: runbookFields, plural: 'runbooks' },
  },
  {
    method: 'POST',
    path: runbooks,
    since,
    below: 'no-method',
    policy: 'baremetal:runbook:create',
    success: 201,
    summary: 'Creates a runbook: steps under a name, for cleaning and service.',
    body: { create: runbookFields },
    answer: { record: runbookFields },
  },
  {
    method: 'GET',
    path: `${runbooks}/:runbook`,
    since,
    below: 'no-route',
    policy: 'baremetal:runbook:get',
    success: 200,
    summary: 'One runbook.',
    query: showParameters,
    answer: { record: runbookFields },
  },
  {
    method: 'PATCH',
    path: `${runbooks}/:runbook`,
    since,
    below: 'no-method',
    policy: 'baremetal:runbook:update',
    success: 200,
    summary: 'Changes a runbook; what runs already keeps the steps that it began with.',
    body: { patch: runbookFields },
    answer: { record: runbookFields },
  },
  {
    method: 'DELETE',
    path: `${runbooks}/:runbook`,
    since,
    below: 'no-method',
    policy: 'baremetal:runbook:delete',
    success: 204,
    summary: 'Deletes a runbook.',
  },
  {
    method: 'GET',
    path: `${runbooks}/:runbook/traits`,
    since: sinceTraits,
    below: 'no-route',
    policy: 'baremetal:runbook:get',
    success: 200,
    summary: 'The traits of a runbook: a node needs one of them to run it.',
    answer: { schema: traits },
  },
  {
    method: 'PUT',
    path: `${runbooks}/:runbook/traits`,
    since: sinceTraits,
    below: 'no-route',
    policy: 'baremetal:runbook:update',
    success: 204,
    summary: 'Replaces all traits of a runbook.',
    body: { schema: traits },
  },
  {
    method: 'PUT',
    path: `${runbooks}/:runbook/traits/:trait`,
    since: sinceTraits,
    below: 'no-route',
    policy: 'baremetal:runbook:update',
    success: 204,
    summary: 'Adds a trait to a runbook.',
  },
  {
    method: 'DELETE',
    path: `${runbooks}/:runbook/traits`,
    since: sinceTraits,
    below: 'no-route',
    policy: 'baremetal:runbook:update',
    success: 204,
    summary: 'Removes all traits from a runbook.',
  },
  {
    method: 'DELETE',
    path: `${runbooks}/:runbook/traits/:trait`,
    since: sinceTraits,
    below: 'no-route',
    policy: 'baremetal:runbook:update',
    success: 204,
    summary: 'Removes a trait from a runbook, if it is there.',
  },
];
