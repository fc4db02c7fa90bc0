import { inspectionRuleFields } from '../inspection-rule-fields.js';
import { ruleDeleteParameters, ruleParameters } from '../inspection-rule-parameters.js';
import { showParameters } from '../parameters.js';
import type { Route } from '../route.js';

const rules = '/v1/inspection_rules';
const since = 96;

/** Inspection rules (reference: api.md §12). */
export const inspectionRuleRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: rules,
    since,
    below: 'no-route',
    policy: 'baremetal:inspection_rule:get',
    success: 200,
    summary: 'A page of inspection rules, in the order in which they are applied.',
    query: ruleParameters,
    answer: { list: inspectionRuleFields, plural: 'inspection_rules' },
  },
  {
    method: 'POST',
    path: rules,
    since,
    below: 'no-method',
    policy: 'baremetal:inspection_rule:create',
    success: 201,
    summary: 'Creates an inspection rule.',
    body: { create: inspectionRuleFields },
    answer: { record: inspectionRuleFields },
  },
  {
    method: 'DELETE',
    path: rules,
    since,
    below: 'no-method',
    policy: 'baremetal:inspection_rule:delete',
    success: 204,
    summary: 'Deletes all inspection rules, or those of a phase.',
    query: ruleDeleteParameters,
  },
  {
    method: 'GET',
    path: `${rules}/:rule`,
    since,
    below: 'no-route',
    policy: 'baremetal:inspection_rule:get',
    success: 200,
    summary: 'One inspection rule.',
    query: showParameters,
    answer: { record: inspectionRuleFields },
  },
  {
    method: 'PATCH',
    path: `${rules}/:rule`,
    since,
    below: 'no-method',
    policy: 'baremetal:inspection_rule:update',
    success: 200,
    summary: 'Changes an inspection rule.',
    body: { patch: inspectionRuleFields },
    answer: { record: inspectionRuleFields },
  },
  {
    method: 'DELETE',
    path: `${rules}/:rule`,
    since,
    below: 'no-method',
    policy: 'baremetal:inspection_rule:delete',
    success: 204,
    summary: 'Deletes an inspection rule.',
  },
];
