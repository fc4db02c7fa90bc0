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
});
