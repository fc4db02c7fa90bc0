import { membersSchema, newRecordSchema, patchSchema, recordSchema, sinceOf } from '../versions/field-schemas.js';
import { nameOf, nouns } from '../versions/nouns.js';
import type { Parameter, Parameters, ParameterType } from '../versions/parameters.js';
import { type JsonSchema, type Route, routeOf } from '../versions/route.js';
import { routes } from '../versions/routes/index.js';
import { newestMinor, versionHeader, versionText } from '../versions/version.js';

const description = `The API of a bare metal provisioning service, as OpenStack Ironic's clients speak it. It shows the newest
version; \`x-openstack-ironic-since\` names the version that brought a thing, where it was not always there. Routes with
\`x-bessemer-own\` are Bessemer's, beside that contract. \`x-policy\` is the name of the policy that guards a route.`;

const reference = (kind: string, name: string): JsonSchema => ({ $ref: `#/components/${kind}/${name}` });
const json = (schema: JsonSchema, mediaType = 'application/json'): JsonSchema => ({ [mediaType]: { schema } });

const parameterTypes: Readonly<Record<ParameterType, JsonSchema>> = {
  string: { type: 'string' },
  uuid: { type: 'string', format: 'uuid' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  list: { type: 'array', items: { type: 'string' } },
};

const queryParameter = (name: string, { type, since }: Parameter): JsonSchema => ({
  name,
  in: 'query',
  schema: parameterTypes[type],
  ...(type === 'list' ? { style: 'form', explode: false } : {}),
  ...sinceOf(since),
});

const pathParameters = (path: string): JsonSchema[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

/** Whether the route is of a record that has a revision: one that can be patched. */
function isOfRecord({ path }: Route): boolean {
  const body = path.includes(':') ? routeOf('PATCH', path)?.body : undefined;
  return body !== undefined && 'patch' in body;
}

function parametersOf(route: Route): JsonSchema[] {
  const query: Parameters = route.query ?? {};
  return [
    ...pathParameters(route.path),
    ...Object.entries(query).map(([name, parameter]) => queryParameter(name, parameter)),
    ...(route.own === true || route.path === '/' ? [] : [reference('parameters', 'Version')]),
    ...(isOfRecord(route) && route.method !== 'GET' ? [reference('parameters', 'IfMatch')] : []),
  ];
}

function bodyOf({ body }: Route): JsonSchema {
  if (body === undefined) return {};
  if ('create' in body)
    return { requestBody: { required: true, content: json(reference('schemas', `New${nameOf(body.create)}`)) } };
  if ('patch' in body)
    return { requestBody: { required: true, content: json(reference('schemas', `${nameOf(body.patch)}Patch`)) } };
  const schema = 'members' in body ? membersSchema(body.members, body.isOpen) : body.schema;
  return { requestBody: { required: body.optional !== true, content: json(schema) } };
}

function answerSchema({ answer }: Route): JsonSchema | undefined {
  if (answer === undefined) return undefined;
  if ('record' in answer) return reference('schemas', nameOf(answer.record));
  if ('schema' in answer) return answer.schema;
  return {
    type: 'object',
    required: [answer.plural],
    properties: {
      [answer.plural]: { type: 'array', items: reference('schemas', nameOf(answer.list)) },
      next: { type: 'string', format: 'uri', description: 'The next page, where there is one.' },
    },
  };
}

const successes: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Accepted; it is done in the background.',
  204: 'Done; the answer has no body.',
  405: 'The path has no such method.',
};

function responsesOf(route: Route): JsonSchema {
  const schema = answerSchema(route);
  const headers = {
    ...(isOfRecord(route) && route.method !== 'DELETE' ? { ETag: reference('headers', 'ETag') } : {}),
    ...(route.success === 201 ? { Location: reference('headers', 'Location') } : {}),
  };
  const success = {
    description: successes[route.success] ?? 'Done.',
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(schema === undefined ? {} : { content: json(schema, route.mediaType) }),
  };
  return { [route.success]: success, default: reference('responses', 'Error') };
}

const nameOfPart = (part: string): string =>
  part
    .replace(/^:(.)/, 'by_$1')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== 'v1');

function operationOf(route: Route): JsonSchema {
  const parts = partsOf(route.path);
  return {
    operationId: route.method.toLowerCase() + (parts.map(nameOfPart).join('') || (route.path === '/' ? 'Root' : 'V1')),
    tags: [parts[0] ?? 'versions'],
    summary: route.summary,
    parameters: parametersOf(route),
    ...bodyOf(route),
    responses: responsesOf(route),
    ...(route.policy === 'public' ? { security: [] } : {}),
    'x-policy': route.policy,
    ...sinceOf(route.since),
    ...(route.own === true ? { 'x-bessemer-own': true } : {}),
  };
}

function pathsOf(): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return paths;
}

function schemasOf(): JsonSchema {
  const schemas: Record<string, JsonSchema> = {};
  for (const { name, fields, routes: own } of nouns) {
    schemas[name] = recordSchema(fields);
    for (const { body } of own) {
      if (body !== undefined && 'create' in body) schemas[`New${name}`] = newRecordSchema(fields);
      if (body !== undefined && 'patch' in body) schemas[`${name}Patch`] = patchSchema(fields);
    }
  }
  return schemas;
}

const errorSchema: JsonSchema = {
  type: 'object',
  properties: {
    error_message: {
      type: 'string',
      contentMediaType: 'application/json',
      description:
        'A JSON document in a string: `faultcode` (Client or Server), `faultstring` and `debuginfo` of a handler, or `code`, `title` and `description` where no handler was reached.',
    },
    faultcode: {
      type: 'string',
      description: 'Beside `faultstring` where the request was refused before its body was read.',
    },
    faultstring: { type: 'string' },
  },
};

const componentsOf = (): JsonSchema => ({
  schemas: { ...schemasOf(), Error: errorSchema },
  responses: { Error: { description: 'Refused, or failed.', content: json(reference('schemas', 'Error')) } },
  parameters: {
    Version: {
      name: versionHeader,
      in: 'header',
      description: `The version that is spoken: \`1.1\` to \`${versionText(newestMinor)}\`, or \`latest\`; \`1.1\` when absent.`,
      schema: { type: 'string', pattern: '^(\\d+\\.\\d+|latest)$' },
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      description: 'The ETag of the revision that is meant; 412 when the record has another by now.',
      schema: { type: 'string' },
    },
  },
  headers: {
    ETag: { description: 'The revision of the record.', schema: { type: 'string' } },
    Location: { description: 'Where the new record is.', schema: { type: 'string', format: 'uri' } },
  },
  securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
});

/** The API at its newest version as an OpenAPI 3.1 document, made of the table of versions alone. */
export const openApiDocument = (): JsonSchema => ({
  openapi: '3.1.0',
  info: {
    title: 'Bessemer',
    version: versionText(newestMinor),
    description,
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ basic: [] }, {}],
  paths: pathsOf(),
  components: componentsOf(),
});

/** The document as it is served and committed. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
