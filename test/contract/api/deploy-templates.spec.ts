import { randomUUID } from 'node:crypto';
import { openStepArguments } from '@bessemer/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture, type RequestOptions } from './api-fixture.js';
import { eventsOf } from './published-events.js';

const path = '/v1/deploy_templates';
const step = (name: string, priority = 150, args: object = {}) => ({ interface: 'bios', step: name, args, priority });
let made = 0;
const freshName = (): string => {
  made += 1;
  return `CUSTOM_TEMPLATE_${made}`;
};

describe('deploy templates', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const create = (body: object): Promise<Answer> => sut.request('POST', path, { body });
  const template = async (steps: object[], name = freshName()): Promise<string> => {
    const created = await create({ name, steps });
    expect(created.status).toBe(201);
    return name;
  };
  const patch = (ident: string, body: object[], more: RequestOptions = {}): Promise<Answer> =>
    sut.request('PATCH', `${path}/${ident}`, { body, ...more });

  it('are created with their location, shown by UUID and name, and listed in brief', async () => {
    const [uuid, name] = [randomUUID(), freshName()];
    const steps = [step('apply_configuration', 150, { settings: [{ name: 'a', value: 'b' }] })];
    const created = await create({ uuid, name, steps, extra: { a: 1 }, description: 'taken and forgotten' });
    const self = `${sut.api.url}${path}/${uuid}`;
    const links = [
      { href: self, rel: 'self' },
      { href: `${sut.api.url}/deploy_templates/${uuid}`, rel: 'bookmark' },
    ];
    expect([created.status, created.headers.get('location')]).toEqual([201, self]);
    const times = { created_at: expect.any(String), updated_at: null };
    expect(created.body).toEqual({ uuid, name, steps, extra: { a: 1 }, ...times, links });
    for (const ident of [uuid, name]) expect((await sut.get(`${path}/${ident}`)).body).toEqual(created.body);
    expect((await sut.get(path)).body['deploy_templates']).toContainEqual({ uuid, name, links });
    expect((await sut.get(`${path}?detail=True`)).body['deploy_templates']).toContainEqual(created.body);
    expect((await sut.get(`${path}?fields=name,steps`)).body['deploy_templates']).toContainEqual({
      name,
      steps,
      links,
    });
    expect((await sut.get(`${path}/${name}?fields=steps`)).body).toEqual({ steps, links });
  });

  it('take priorities as digits and every interface that has steps', async () => {
    const interfaces = ['vendor', 'power', 'management', 'firmware', 'deploy', 'bios', 'raid'];
    const steps = interfaces.map((kind) => ({ interface: kind, step: 'any', args: {}, priority: '7' }));
    const created = await create({ name: freshName(), steps });
    expect(created.body['steps']).toEqual(steps.map((given) => ({ ...given, priority: 7 })));
  });

  it.each<[string, object]>([
    ['no name', { steps: [step('a')] }],
    ['a name that is no trait', { name: 'foo', steps: [step('a')] }],
    ['no steps', { name: 'CUSTOM_X' }],
    ['an empty list of steps', { name: 'CUSTOM_X', steps: [] }],
    ['null for steps', { name: 'CUSTOM_X', steps: null }],
    ['a step twice', { name: 'CUSTOM_X', steps: [step('a'), step('a', 10)] }],
    ['an interface without steps', { name: 'CUSTOM_X', steps: [{ ...step('a'), interface: 'network' }] }],
    ['an empty name of a step', { name: 'CUSTOM_X', steps: [step('')] }],
    ['a step without a priority', { name: 'CUSTOM_X', steps: [{ interface: 'bios', step: 'a', args: {} }] }],
    ['a negative priority', { name: 'CUSTOM_X', steps: [step('a', -1)] }],
    ['a priority that is no number', { name: 'CUSTOM_X', steps: [{ ...step('a'), priority: 'high' }] }],
    ['a step without arguments', { name: 'CUSTOM_X', steps: [{ interface: 'bios', step: 'a', priority: 1 }] }],
    ['arguments that are no object', { name: 'CUSTOM_X', steps: [{ ...step('a'), args: [] }] }],
    ['an unknown member of a step', { name: 'CUSTOM_X', steps: [{ ...step('a'), order: 1 }] }],
    ['a step that is no object', { name: 'CUSTOM_X', steps: ['bios.a'] }],
    ['an unknown field', { name: 'CUSTOM_X', steps: [step('a')], colour: 'red' }],
    ['a sealed value', { name: 'CUSTOM_X', steps: [step('a', 1, { password: { $sealed: 'x', kid: 'y' } })] }],
  ])('refuse %s', async (_, body) => {
    const refused = await create(body);
    expect([refused.status, refused.fault]).toEqual([400, expect.not.stringMatching(/^$/)]);
    expect((await sut.get(`${path}/CUSTOM_X`)).status).toBe(404);
  });

  it('have a UUID and a name of their own', async () => {
    const [name, other] = [await template([step('a')]), await template([step('a')])];
    const { uuid } = (await sut.get(`${path}/${name}`)).body;
    const same = await create({ uuid, name: freshName(), steps: [step('a')] });
    expect([same.status, same.fault]).toEqual([409, expect.stringContaining(`UUID ${uuid} already exists`)]);
    const named = await create({ name, steps: [step('a')] });
    expect([named.status, named.fault]).toEqual([409, expect.stringContaining(`name ${name} already exists`)]);
    expect((await patch(other, [{ op: 'replace', path: '/name', value: name }])).status).toBe(409);
  });

  it('are patched, into their steps too', async () => {
    const name = await template([step('a'), step('b', 20)]);
    const renamed = freshName();
    const changed = await patch(name, [
      { op: 'replace', path: '/name', value: renamed },
      { op: 'replace', path: '/steps/0/priority', value: 99 },
      { op: 'remove', path: '/steps/1' },
      { op: 'add', path: '/steps/-', value: step('c', 1) },
      { op: 'add', path: '/extra/a', value: 1 },
    ]);
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: renamed, steps: [step('a', 99), step('c', 1)], extra: { a: 1 } });
    expect((await sut.get(`${path}/${renamed}`)).body).toEqual(changed.body);
    expect((await patch(renamed, [{ op: 'remove', path: '/extra' }])).body['extra']).toEqual({});
    const described = await patch(renamed, [{ op: 'add', path: '/description', value: 'x' }]);
    expect([described.status, described.body['description']]).toEqual([200, undefined]);
  });

  it.each<[string, object]>([
    ['the removal of all steps', { op: 'remove', path: '/steps' }],
    ['the removal of the last step', { op: 'remove', path: '/steps/0' }],
    ['a step twice', { op: 'add', path: '/steps/-', value: step('a', 7) }],
    ['a wrong member of a step', { op: 'replace', path: '/steps/0/interface', value: 'zz' }],
    ['a name that is no trait', { op: 'replace', path: '/name', value: 'foo' }],
    ['the removal of the name', { op: 'remove', path: '/name' }],
    ['another UUID', { op: 'replace', path: '/uuid', value: randomUUID() }],
  ])('refuse %s by a patch', async (_, operation) => {
    const name = await template([step('a')]);
    const before = (await sut.get(`${path}/${name}`)).body;
    expect((await patch(name, [operation])).status).toBe(400);
    expect((await sut.get(`${path}/${name}`)).body).toEqual(before);
  });

  it('keep secret arguments sealed, show them masked, and keep those that come back masked', async () => {
    const name = await template([step('a', 1, { admin_password: 'open-sesame', plain: 'x' }), step('b')]);
    const shown = await sut.get(`${path}/${name}`);
    const args = { admin_password: '******', plain: 'x' };
    expect(shown.body['steps']).toEqual([step('a', 1, args), step('b')]);
    await patch(name, [{ op: 'replace', path: '/steps', value: [step('b'), step('a', 2, args)] }]);
    const [row] = await sut.api.database.query<{ steps: { args: object }[] }>(
      'SELECT steps FROM deploy_templates WHERE name = $1',
      [name],
    );
    expect(JSON.stringify(row)).not.toContain('open-sesame');
    expect(openStepArguments(row?.steps[1]?.args, [sut.sealingKey])).toEqual({
      admin_password: 'open-sesame',
      plain: 'x',
    });
  });

  it('tell of their changes, without secrets', async () => {
    const name = await template([step('a', 1, { token: 'open-sesame' })]);
    const uuid = String((await sut.get(`${path}/${name}`)).body['uuid']);
    await patch(uuid, [{ op: 'replace', path: '/extra', value: { a: 1 } }]);
    await patch(uuid, [{ op: 'replace', path: '/extra', value: { a: 1 } }]);
    expect((await sut.request('DELETE', `${path}/${uuid}`)).status).toBe(204);
    const events = await eventsOf(sut, uuid);
    expect(events.map(([type]) => type)).toEqual(
      ['create', 'update', 'delete'].map((what) => `baremetal.deploytemplate.${what}.end`),
    );
    expect(events[1]?.[1]).toMatchObject({
      uuid,
      revision: 2,
      extra: { a: 1 },
      steps: [{ args: { token: '******' } }],
    });
    expect(JSON.stringify(events)).not.toContain('open-sesame');
  });

  it('are deleted once, and only in the revision that is expected', async () => {
    const name = await template([step('a')]);
    const etag = String((await sut.get(`${path}/${name}`)).headers.get('etag'));
    await patch(name, [{ op: 'add', path: '/extra/a', value: 1 }]);
    const headers = { 'if-match': etag };
    expect((await sut.request('DELETE', `${path}/${name}`, { headers })).status).toBe(412);
    expect((await patch(name, [{ op: 'add', path: '/extra/a', value: 2 }], { headers })).status).toBe(412);
    expect((await sut.request('DELETE', `${path}/${name}`)).status).toBe(204);
    expect((await sut.request('DELETE', `${path}/${name}`)).status).toBe(404);
    expect((await patch(name, [])).status).toBe(404);
  });

  it('come in pages and by a key', async () => {
    for (const _ of [1, 2, 3]) await template([step('a')]);
    const seen: unknown[] = [];
    let next = `${path}?limit=2&sort_key=name&sort_dir=desc`;
    while (next !== '') {
      const { body } = await sut.get(next);
      seen.push(...(body['deploy_templates'] as { name: string }[]).map(({ name }) => name));
      next = String(body['next'] ?? '').replace(sut.api.url, '');
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].sort().reverse());
    for (const key of ['steps', 'extra', 'description', 'links'])
      expect((await sut.get(`${path}?sort_key=${key}`)).status).toBe(400);
    expect((await sut.get(`${path}?fields=description`)).status).toBe(400);
    expect((await sut.get(`${path}?fields=name&detail=True`)).status).toBe(400);
  });

  describe('in a deployment', () => {
    const available = async (traits: string[], wanted = traits): Promise<string> => {
      const node = await sut.manageable({ instance_info: { traits: wanted } });
      await sut.request('PUT', `/v1/nodes/${node}/traits`, { body: { traits } });
      await sut.verb(node, 'provide');
      const command = await sut.conductor.command(node, 'clean');
      await sut.conductor.reportAll(command, [
        { what: 'accepted' },
        { what: 'started' },
        { what: 'finished', transition: 'done' },
      ]);
      await sut.reaches(node, 'available');
      return node;
    };
    const stepsOf = async (node: string): Promise<unknown> =>
      (await sut.conductor.command(node, 'deploy')).arguments['deploy_steps'];

    it('give their steps to the instance that asks for their trait, and nobody else', async () => {
      const [one, two] = [await template([step('a')]), await template([step('b'), step('c', 0)])];
      await template([step('never')]);
      const node = await available([one, two, 'CUSTOM_WITHOUT_TEMPLATE']);
      expect((await sut.verb(node, 'active')).status).toBe(202);
      expect(await stepsOf(node)).toEqual([step('a'), step('b'), step('c', 0)]);
      const plain = await available([one], []);
      await sut.verb(plain, 'active');
      expect(await stepsOf(plain)).toBeUndefined();
    });

    it('give way to the steps of the request', async () => {
      const name = await template([step('a', 10), step('b', 20)]);
      const node = await available([name]);
      const own = [step('b', 99, { mine: true }), step('d', 5)];
      expect((await sut.verb(node, 'active', { deploy_steps: own })).status).toBe(202);
      expect(await stepsOf(node)).toEqual([...own, step('a', 10)]);
    });

    it('carry their secrets sealed, and ask the driver without them', async () => {
      const name = await template([step('a', 1, { password: 'open-sesame' })]);
      const node = await available([name]);
      const asked = sut.conductor.questions.length;
      await sut.verb(node, 'active');
      const steps = JSON.stringify(await stepsOf(node));
      expect(steps).not.toContain('open-sesame');
      const opened = openStepArguments(JSON.parse(steps) as { args: object }[], [sut.sealingKey]);
      expect(opened[0]?.args).toEqual({ password: 'open-sesame' });
      expect(sut.conductor.questions.slice(asked).map(({ verb, arguments: args }) => [verb, args])).toEqual([
        ['active', { deploy_steps: [step('a', 1, { password: '******' })] }],
      ]);
    });

    it('refuse the deployment when two of them have the same step, or one that nobody may ask for', async () => {
      const raw = { interface: 'vendor', step: 'send_raw', args: {}, priority: 10 };
      const [one, two, forbidden] = [await template([step('a')]), await template([step('a')]), await template([raw])];
      for (const [names, fault] of [
        [[one, two], 'bios.a'],
        [[forbidden], 'vendor.send_raw'],
      ] as const) {
        const node = await available([...names]);
        const before = await sut.shown(node);
        const refused = await sut.verb(node, 'active');
        expect([refused.status, refused.fault]).toEqual([400, expect.stringContaining(fault)]);
        expect(await sut.shown(node)).toEqual(before);
      }
    });

    it.each<[string, (name: string) => Promise<unknown>, object | undefined]>([
      ['is changed', (name) => patch(name, [{ op: 'replace', path: '/steps/0/priority', value: 7 }]), [step('a', 7)]],
      ['is deleted', (name) => sut.request('DELETE', `${path}/${name}`), undefined],
    ])('are asked about again when one %s while the driver looks at them', async (_, change, steps) => {
      const name = await template([step('a', 1)]);
      const node = await available([name]);
      sut.conductor.meanwhile = () => change(name);
      expect((await sut.verb(node, 'active')).status).toBe(202);
      expect(await stepsOf(node)).toEqual(steps);
    });

    it('are told to the driver when a node is validated', async () => {
      const name = await template([step('a', 1, { password: 'open-sesame' })]);
      const node = await available([name]);
      expect((await sut.get(`/v1/nodes/${node}/validate`)).status).toBe(200);
      expect(sut.conductor.questions.at(-1)?.arguments).toEqual({
        deploy_steps: [step('a', 1, { password: '******' })],
      });
    });
  });
});
