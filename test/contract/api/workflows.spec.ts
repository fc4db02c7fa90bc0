import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { ApiFixture } from './api-fixture.js';

describe('workflows', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  it('ask for verbs in the name of whoever asked for the import', async () => {
    const imported = await sut.request('POST', '/v1/workflows/import', {
      body: { nodes: [{ name: 'imported', pm_type: 'fake-hardware', mac: ['52:54:00:00:30:01'] }] },
      headers: { 'x-user': 'ada', 'x-project-id': 'rack-builders' },
    });
    expect([imported.status, imported.fault]).toEqual([202, '']);
    const node = String((await sut.get('/v1/nodes/imported')).body['uuid']);
    const command = await sut.conductor.command(node, 'verify');
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'finished', transition: 'done' }]);
    await sut.reaches(node, 'manageable');
    const [row] = await waitFor('the history', async () => {
      const rows = await sut.api.database.query<{ user: string; project: string }>(
        'SELECT "user", project FROM node_history WHERE node_uuid = $1',
        [node],
      );
      return rows.length > 0 && rows;
    });
    expect(row).toEqual({ user: 'ada', project: 'rack-builders' });
  });

  it('are woken by a change of their node while one of them ends and wakes the next', async () => {
    const nodes = [{ name: 'followed', pm_type: 'fake-hardware', mac: ['52:54:00:00:30:02'] }];
    const first = await importOf(nodes);
    await importOf(nodes);
    const node = String((await sut.get('/v1/nodes/followed')).body['uuid']);
    const command = await sut.conductor.command(node, 'verify');
    await sut.conductor.report(command, { what: 'accepted' });
    const { database } = sut.api;
    // Rows that were written last are found last.
    for (const hours of [1, 2])
      await database.query(
        `UPDATE workflow_items SET look_at = now() + make_interval(hours => $2) WHERE workflow = $1`,
        [first, hours],
      );
    await database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM workflow_items WHERE workflow = $1 FOR UPDATE', [first]);
      await sut.conductor.report(command, { what: 'finished', transition: 'done' });
      await waitFor('the change to wait', async () => {
        const [row] = await database.query<{ count: string }>(
          `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%workflow_items%'`,
        );
        return Number(row?.count) > 0;
      });
      await tx.query(`SET LOCAL lock_timeout = '300ms'`);
      expect(
        await tx.query('UPDATE workflow_items SET look_at = now() WHERE follows = $1 RETURNING index', [first]),
      ).toHaveLength(1);
    });
    await sut.reaches(node, 'manageable');
  });

  async function importOf(nodes: object[]): Promise<string> {
    const { status, body } = await sut.request('POST', '/v1/workflows/import', { body: { nodes } });
    expect(status).toBe(202);
    return String(body['uuid']);
  }
});
