import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runInspector } from '../../integration/inspector/inspector-process.js';
import { type Answer, ApiFixture, type RequestOptions } from './api-fixture.js';

const path = '/v1/inspection_rules';
const action = { op: 'set-attribute', args: { path: '/extra/seen', value: 'yes' } };
const condition = { op: 'is-true', args: { value: '{inventory[cpu][count]}' } };

describe('inspection rules', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    await runInspector(sut.stack);
  });
  afterAll(() => sut.stop());
  afterEach(() => sut.request('DELETE', path));

  const create = (body: object): Promise<Answer> => sut.request('POST', path, { body });
  const rule = async (fields: object = {}): Promise<string> => {
    const created = await create({ actions: [action], ...fields });
    expect([created.status, created.fault]).toEqual([201, '']);
    return String(created.body['uuid']);
  };
  const patch = (uuid: string, body: object[], more: RequestOptions = {}): Promise<Answer> =>
    sut.request('PATCH', `${path}/${uuid}`, { body, ...more });
  const replace = (field: string, value: unknown) => ({ op: 'replace', path: `/${field}`, value });
  const listed = async (query = ''): Promise<Record<string, unknown>[]> =>
    (await sut.get(`${path}${query}`)).body['inspection_rules'] as Record<string, unknown>[];

  it('are created with their defaults and location, shown, and listed in brief', async () => {
    const uuid = randomUUID();
    const created = await create({ uuid, actions: [action] });
    const self = `${sut.api.url}${path}/${uuid}`;
    const links = [
      { href: self, rel: 'self' },
      { href: `${sut.api.url}/inspection_rules/${uuid}`, rel: 'bookmark' },
    ];
    expect([created.status, created.headers.get('location')]).toEqual([201, self]);
    const brief = { uuid, priority: 0, phase: 'main', description: null, links };
    const whole = {
      ...{ ...brief, sensitive: false, conditions: [], actions: [action] },
      ...{ created_at: expect.any(String), updated_at: null },
    };
    expect(created.body).toEqual(whole);
    expect((await sut.get(`${path}/${uuid}`)).body).toEqual(whole);
    expect((await sut.get(`${path}/${uuid.toUpperCase()}?fields=actions`)).body).toEqual({ actions: [action], links });
    expect(await listed()).toEqual([brief]);
    expect(await listed('?detail=true')).toEqual([whole]);
    expect(await listed('?fields=sensitive')).toEqual([{ sensitive: false, links }]);
  });

  it.each<[string, object]>([
    ['no actions', { actions: undefined }],
    ['an empty list of actions', { actions: [] }],
    ['an action that is no object', { actions: ['fail'] }],
    ['an unknown action', { actions: [{ op: 'explode', args: {} }] }],
    ['an action without its arguments', { actions: [{ op: 'set-attribute', args: { path: '/extra/a' } }] }],
    ['an unknown argument', { actions: [{ op: 'fail', args: { msg: 'x', more: 1 } }] }],
    ['an unknown condition', { conditions: [{ op: 'maybe', args: {} }] }],
    ['conditions that are no list', { conditions: 'x' }],
    ['an unknown way of looping', { conditions: [{ ...condition, multiple: 'some' }] }],
    ['a call of another scheme', { actions: [{ op: 'api-call', args: { url: 'file:///etc/passwd' } }] }],
    ['a negative priority', { priority: -1 }],
    ['a priority that is no number', { priority: 'high' }],
    ['another phase', { phase: 'early' }],
    ['a description that is too long', { description: 'x'.repeat(256) }],
    ['a flag that is none', { sensitive: 'perhaps' }],
    ['a UUID that is none', { uuid: 'x' }],
    ['an unknown field', { scope: 'x' }],
  ])('refuse %s', async (_, fields) => {
    const refused = await create({ actions: [action], ...fields });
    expect([refused.status, refused.fault]).toEqual([400, expect.not.stringMatching(/^$/)]);
    expect(await listed()).toEqual([]);
  });

  it.each(['!eq', 'lt', 'gt', 'is-empty', 'in-net', 'matches', 'contains', 'one-of', 'is-none', 'is-true', 'is-false'])(
    'know the condition %s',
    async (op) => {
      const missing = await create({ actions: [action], conditions: [{ op, args: {} }] });
      expect([missing.status, missing.fault]).toEqual([400, expect.stringContaining('lacks its argument')]);
    },
  );

  it.each([
    'fail log set-attribute extend-attribute del-attribute set-capability unset-capability add-trait remove-trait',
    'set-plugin-data extend-plugin-data unset-plugin-data set-port-attribute extend-port-attribute del-port-attribute',
    'api-call',
  ])('know the actions %s', async (ops) => {
    for (const op of ops.split(' ')) {
      const missing = await create({ actions: [{ op, args: {} }] });
      expect([op, missing.status, missing.fault]).toEqual([op, 400, expect.stringContaining('lacks its argument')]);
    }
  });

  it('have a UUID of their own', async () => {
    const uuid = await rule();
    expect((await create({ uuid, actions: [action] })).status).toBe(409);
  });

  it('show nothing of what a sensitive one holds, and stay sensitive', async () => {
    const uuid = await rule({ sensitive: true, conditions: [condition] });
    const hidden = { sensitive: true, conditions: null, actions: null };
    for (const shown of [(await sut.get(`${path}/${uuid}`)).body, (await listed('?detail=True'))[0]])
      expect(shown).toMatchObject(hidden);
    for (const operation of [replace('sensitive', false), { op: 'remove', path: '/sensitive' }])
      expect((await patch(uuid, [operation])).status).toBe(400);
    const changed = await patch(uuid, [
      replace('priority', 7),
      replace('actions/0/args/value', 'open-sesame'),
      { op: 'remove', path: '/conditions/0' },
    ]);
    expect([changed.status, changed.body]).toEqual([200, expect.objectContaining({ ...hidden, priority: 7 })]);
    const [row] = await (await sut.stack.database('inspector')).query(
      'SELECT actions, conditions FROM rules WHERE uuid = $1',
      [uuid],
    );
    const args = { ...action.args, value: 'open-sesame' };
    expect(row).toEqual({ actions: [{ ...action, args }], conditions: [] });
  });

  it('are patched, into their lists too, and reset by a removal', async () => {
    const uuid = await rule({ description: 'old', priority: 3, conditions: [condition] });
    const more = { op: 'fail', args: { msg: 'No.' } };
    const other = { op: 'is-none', args: { value: '{node.name}' } };
    const changed = await patch(uuid, [
      replace('description', 'new'),
      replace('priority', 75),
      replace('conditions/0', other),
      { op: 'add', path: '/actions/-', value: more },
      { op: 'add', path: '/sensitive', value: 'no' },
    ]);
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      ...{ description: 'new', priority: 75, conditions: [other], actions: [action, more], sensitive: false },
      updated_at: expect.any(String),
    });
    const reset = await patch(
      uuid,
      ['description', 'priority', 'phase', 'conditions'].map((field) => ({ op: 'remove', path: `/${field}` })),
    );
    expect(reset.body).toMatchObject({ description: null, priority: 0, phase: 'main', conditions: [] });
    const before = (await sut.get(`${path}/${uuid}`)).body;
    for (const operation of [
      { op: 'remove', path: '/actions' },
      replace('actions', []),
      replace('actions/0/op', 'explode'),
      replace('actions/0', 'fail'),
      replace('priority', -1),
      replace('uuid', randomUUID()),
      { op: 'remove', path: '/conditions/0' },
    ])
      expect([operation.path, (await patch(uuid, [operation])).status]).toEqual([operation.path, 400]);
    expect((await sut.get(`${path}/${uuid}`)).body).toEqual(before);
    expect((await patch(uuid, [])).body).toEqual(before);
  });

  it('are changed and deleted in the revision that is expected; patches at the same time all count', async () => {
    const uuid = await rule({ priority: 1 });
    const etag = String((await sut.get(`${path}/${uuid}`)).headers.get('etag'));
    const added = [1, 2, 3, 4].map((value) => ({ op: 'fail', args: { msg: `${value}` } }));
    const answers = await Promise.all(added.map((value) => patch(uuid, [{ op: 'add', path: '/actions/-', value }])));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { actions } = (await sut.get(`${path}/${uuid}`)).body;
    expect(actions).toHaveLength(5);
    expect(actions).toEqual(expect.arrayContaining(added));
    const headers = { 'if-match': etag };
    expect((await patch(uuid, [replace('priority', 2)], { headers })).status).toBe(412);
    expect((await sut.request('DELETE', `${path}/${uuid}`, { headers })).status).toBe(412);
    const now = { 'if-match': String((await sut.get(`${path}/${uuid}`)).headers.get('etag')) };
    expect((await sut.request('DELETE', `${path}/${uuid}`, { headers: now })).status).toBe(204);
  });

  it('come by falling priority, or sorted, in pages', async () => {
    for (const [priority, description] of [
      [10, 'b'],
      [30, 'c'],
      [20, null],
      [30, 'a'],
    ] as const)
      await rule({ priority, description });
    const paged = async (query: string): Promise<unknown[]> => {
      const seen: unknown[] = [];
      let next = `${path}?limit=2${query}`;
      while (next !== '') {
        const { status, body } = await sut.get(next);
        expect(status).toBe(200);
        seen.push(
          ...(body['inspection_rules'] as Record<string, unknown>[]).map((one) => [
            one['priority'],
            one['description'],
          ]),
        );
        next = String(body['next'] ?? '').replace(sut.api.url, '');
      }
      return seen;
    };
    expect(await paged('')).toEqual([
      [30, 'c'],
      [30, 'a'],
      [20, null],
      [10, 'b'],
    ]);
    expect(await paged('&sort_key=priority')).toEqual([
      [10, 'b'],
      [20, null],
      [30, 'c'],
      [30, 'a'],
    ]);
    expect(await paged('&sort_key=description&sort_dir=desc')).toEqual([
      [30, 'c'],
      [10, 'b'],
      [30, 'a'],
      [20, null],
    ]);
    expect(await paged('&phase=main')).toHaveLength(4);
    expect(await paged('&phase=other')).toEqual([]);
    for (const query of [
      'sort_key=actions',
      'sort_key=conditions',
      'sort_dir=up',
      'limit=0',
      'marker=x',
      'fields=nope',
      'fields=uuid&detail=true',
      'colour=red',
    ])
      expect([query, (await sut.get(`${path}?${query}`)).status]).toEqual([query, 400]);
    expect((await sut.get(`${path}?marker=${randomUUID()}`)).status).toBe(404);
  });

  it('are missed where there are none', async () => {
    const missing = `${path}/${randomUUID()}`;
    expect((await sut.get(missing)).status).toBe(404);
    expect((await sut.request('PATCH', missing, { body: [] })).status).toBe(404);
    expect((await sut.request('DELETE', missing)).status).toBe(404);
    expect((await sut.get(`${path}/a-name`)).status).toBe(400);
  });

  it('are served from 1.96 on: before there is no such path, nor such a method', async () => {
    const uuid = await rule();
    const statusOf = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', at: string): Promise<number> =>
      (
        await sut.request(method, at, {
          version: '1.95',
          ...(method === 'POST' || method === 'PATCH' ? { body: [] } : {}),
        })
      ).status;
    expect([await statusOf('GET', path), await statusOf('POST', path)]).toEqual([404, 405]);
    const one = `${path}/${uuid}`;
    expect([await statusOf('GET', one), await statusOf('PATCH', one), await statusOf('DELETE', one)]).toEqual([
      404, 405, 405,
    ]);
    expect((await sut.get(one, '1.96')).status).toBe(200);
  });
});
