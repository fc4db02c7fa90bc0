import { apiMigrations, routes } from '@bessemer/api';
import { busMigrations } from '@bessemer/bus';
import { afterEach, describe, expect, it } from 'vitest';
import { TestStack } from '../../../integration/stack/index.js';
import { ApiProcess } from '../fuzz/api-process.js';
import { FilledSchema, tablesOf } from './filled-schema.js';

const own = apiMigrations.filter((migration) => !busMigrations.some((known) => known === migration));
const earlier = own.slice(0, -1).map((migration, index) => [migration.name, own.slice(0, index + 1)] as const);
const lists = routes.filter(
  ({ method, path, answer }) => method === 'GET' && !path.includes(':') && answer !== undefined && 'list' in answer,
);

describe('the newest migrations', () => {
  let stack: TestStack | undefined;
  afterEach(async () => {
    await stack?.stop();
  });

  const get = async (api: ApiProcess, path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`${api.url}${path}`, { headers: { 'X-OpenStack-Ironic-API-Version': '1.115' } });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it.each(earlier)(
    'keep the rows that a database of %s holds, and the api serves them',
    async (_, migrations) => {
      stack = await TestStack.start();
      const ofTheBus = await tablesOf(await stack.database('api'));
      const before = await FilledSchema.fill(await stack.database('api', { migrations: [...migrations] }), ofTheBus);
      expect(before.tables).toContain('nodes');
      const api = await ApiProcess.start(stack);
      for (const table of before.tables) {
        const now = await before.now(table);
        expect([table, now.length]).toEqual([table, before.written(table).length]);
        for (const row of before.written(table)) expect(now).toContainEqual(expect.objectContaining(row));
      }
      for (const { path, answer } of lists) {
        const { status, body } = await get(api, path);
        expect([path, status]).toEqual([path, path.startsWith('/v1/inspection_rules') ? 503 : 200]);
        const table = answer !== undefined && 'plural' in answer ? answer.plural : '';
        const written = before.written(table);
        if (written.length > 0) expect([path, (body[table] as object[]).length]).toEqual([path, written.length]);
      }
      for (const { uuid, name, extra } of before.written('nodes')) {
        const { status, body } = await get(api, `/v1/nodes/${String(uuid)}`);
        expect(status).toBe(200);
        expect(body).toMatchObject({ uuid, name, extra, driver_info: { password: '******' } });
      }
      const patched = await fetch(`${api.url}/v1/nodes/node-1`, {
        method: 'PATCH',
        headers: { 'X-OpenStack-Ironic-API-Version': '1.115', 'content-type': 'application/json' },
        body: JSON.stringify([{ op: 'add', path: '/extra/a', value: 1 }]),
      });
      expect(patched.status).toBe(200);
      expect((await get(api, '/v1/nodes/node-1')).body['extra']).toMatchObject({ a: 1, unicode: 'é日' });
    },
    60_000,
  );
});
