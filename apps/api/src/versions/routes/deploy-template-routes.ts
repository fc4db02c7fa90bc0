import { deployTemplateFields } from '../deploy-template-fields.js';
import { deployTemplateListParameters } from '../deploy-template-parameters.js';
import { showParameters } from '../parameters.js';
import type { Route } from '../route.js';

const templates = '/v1/deploy_templates';
const since = 55;

/** Deploy templates (reference: api.md §10). */
export const deployTemplateRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: templates,
    since,
    below: 'no-route',
    policy: 'baremetal:deploy_template:get',
    success: 200,
    summary: 'A page of deploy templates.',
    query: deployTemplateListParameters,
    answer: { list: deployTemplateFields, plural: 'deploy_templates' },
  },
  {
    method: 'POST',
    path: templates,
    since,
    below: 'no-method',
    policy: 'baremetal:deploy_template:create',
    success: 201,
    summary: 'Creates a deploy template: steps for the instances that ask for the trait of its name.',
    body: { create: deployTemplateFields },
    answer: { record: deployTemplateFields },
  },
  {
    method: 'GET',
    path: `${templates}/:template`,
    since,
    below: 'no-route',
    policy: 'baremetal:deploy_template:get',
    success: 200,
    summary: 'One deploy template.',
    query: showParameters,
    answer: { record: deployTemplateFields },
  },
  {
    method: 'PATCH',
    path: `${templates}/:template`,
    since,
    below: 'no-method',
    policy: 'baremetal:deploy_template:update',
    success: 200,
    summary: 'Changes a deploy template; what is being deployed keeps the steps that it began with.',
    body: { patch: deployTemplateFields },
    answer: { record: deployTemplateFields },
  },
  {
    method: 'DELETE',
    path: `${templates}/:template`,
    since,
    below: 'no-method',
    policy: 'baremetal:deploy_template:delete',
    success: 204,
    summary: 'Deletes a deploy template.',
  },
];
