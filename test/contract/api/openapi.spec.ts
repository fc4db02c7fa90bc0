import { nouns, openApiDocument, openApiText, routes } from '@bessemer/api';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';
import { sampleOfNoun } from './record-samples.js';

const document = openApiDocument();
const paths = document['paths'] as Record<string, Record<string, { operationId: string }>>;

/** The names of all components that are referred to. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  );
}

const at = (pointer: string): unknown =>
  pointer
    .replace('#/', '')
    .split('/')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      document,
    );

describe('the OpenAPI document', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...document })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('holds every route once, under a name of its own', () => {
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    expect(operations).toHaveLength(routes.length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
  });

  it('refers to nothing that it lacks', () => {
    expect(referencesIn(document).filter((pointer) => at(pointer) === undefined)).toEqual([]);
  });

  // Inspection rules are kept by the inspector, which does not run here.
  const shown = nouns.map(({ name }) => name).filter((name) => name !== 'InspectionRule');
  it.each(shown)('describes a %s as it is shown', async (noun) => {
    const { path, recordIn = (body) => body } = await sampleOfNoun(noun, sut);
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.addSchema(document, 'openapi').getSchema(`openapi#/components/schemas/${noun}`);
    const { body } = await sut.get(path);
    expect([validate?.(recordIn(body)), validate?.errors]).toEqual([true, null]);
  });

  it.each(['1.1', '1.115'])('is served to everybody at %s, and not again to who has it', async (version) => {
    const answer = await sut.get('/v1/openapi.json', version);
    expect(answer.text).toBe(openApiText());
    const again = await sut.request('GET', '/v1/openapi.json', {
      version,
      headers: { 'If-None-Match': String(answer.headers.get('etag')) },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});
