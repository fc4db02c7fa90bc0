import { randomUUID } from 'node:crypto';
import { openStepArguments } from '@bessemer/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture, type RequestOptions } from './api-fixture.js';
import { eventsOf } from './published-events.js';

const path = '/v1/runbooks';
const step = (name: string, order = 1, args: object = {}) => ({ interface: 'bios', step: name, args, order });
let made = 0;
const freshName = (): string => {
  made += 1;
  return `CUSTOM_RUNBOOK_${made}`;
};

describe('runbooks', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const system = { 'OpenStack-System-Scope': 'all' };
  const create = (body: object, more: RequestOptions = {}): Promise<Answer> =>
    sut.request('POST', path, { body, ...more });
  const runbook = async (fields: object = {}, more: RequestOptions = {}): Promise<string> => {
    const name = freshName();
    const created = await create({ name, steps: [step('a')], ...fields }, more);
    expect([created.status, created.fault]).toEqual([201, '']);
    return name;
  };
  const patch = (ident: string, body: object[], more: RequestOptions = {}): Promise<Answer> =>
    sut.request('PATCH', `${path}/${ident}`, { body, ...more });
  const replace = (field: string, value: unknown) => ({ op: 'replace', path: `/${field}`, value });

  it('are created with their location, shown by UUID and name, and listed in brief', async () => {
    const [uuid, name] = [randomUUID(), freshName()];
    const created = await create({ uuid, name, steps: [step('a', 1)], extra: { a: 1 } });
    const self = `${sut.api.url}${path}/${uuid}`;
    const links = [
      { href: self, rel: 'self' },
      { href: `${sut.api.url}/runbooks/${uuid}`, rel: 'bookmark' },
    ];
    expect([created.status, created.headers.get('location')]).toEqual([201, self]);
    const whole = {
      ...{ uuid, name, steps: [step('a', 1)], extra: { a: 1 }, links },
      ...{ disable_ramdisk: false, public: false, owner: null, description: null, traits: [] },
      ...{ created_at: expect.any(String), updated_at: null },
    };
    expect(created.body).toEqual(whole);
    for (const ident of [uuid, name]) expect((await sut.get(`${path}/${ident}`)).body).toEqual(whole);
    expect((await sut.get(path)).body['runbooks']).toContainEqual({ uuid, name, links });
    expect((await sut.get(`${path}?detail=True`)).body['runbooks']).toContainEqual(whole);
    expect((await sut.get(`${path}/${uuid}?fields=owner,public`)).body).toEqual({ owner: null, public: false, links });
    const { description: _, traits: __, ...before } = whole;
    expect((await sut.get(`${path}/${uuid}`, '1.111')).body).toEqual(before);
  });

  it.each<[string, object]>([
    ['no steps', { steps: undefined }],
    ['an empty list of steps', { steps: [] }],
    ['a step twice', { steps: [step('a', 1), step('a', 2)] }],
    ['a step without an order', { steps: [{ interface: 'bios', step: 'a' }] }],
    ['a negative order', { steps: [step('a', -1)] }],
    ['a priority', { steps: [{ ...step('a'), priority: 1 }] }],
    ['an interface without steps', { steps: [{ ...step('a'), interface: 'boot' }] }],
    ['a name that no URL takes', { name: 'a name' }],
    ['an empty name', { name: '' }],
    ['a name that is a UUID', { name: randomUUID() }],
    ['traits', { traits: ['CUSTOM_A'] }],
    ['a description that is too long', { description: 'x'.repeat(256) }],
    ['a flag that is none', { disable_ramdisk: 'perhaps' }],
    ['an owner that is not the caller', { owner: 'somebody' }],
  ])('refuse %s', async (_, fields) => {
    const refused = await create({ name: freshName(), steps: [step('a')], ...fields });
    expect([refused.status, refused.fault]).toEqual([400, expect.not.stringMatching(/^$/)]);
  });

  it('are called by a trait before 1.112, and by any logical name from then on', async () => {
    const fields = { steps: [step('a')] };
    expect((await create({ name: 'firmware-of.rack~1', ...fields }, { version: '1.111' })).status).toBe(400);
    expect((await create({ name: 'firmware-of.rack~1', ...fields }, { version: '1.112' })).status).toBe(201);
    expect((await create({ name: 'HW_CPU_X86_VMX', ...fields }, { version: '1.92' })).status).toBe(201);
    const old = { version: '1.111' };
    expect((await patch('firmware-of.rack~1', [replace('extra', { a: 1 })], old)).status).toBe(200);
    expect((await patch('firmware-of.rack~1', [replace('name', 'another-one')], old)).status).toBe(400);
    expect((await patch('firmware-of.rack~1', [replace('name', 'another-one')])).status).toBe(200);
  });

  it('belong to the project that made them; those of the system may be public, and then have no owner', async () => {
    const project = { headers: { 'X-Project-Id': 'a-project' } };
    const own = await runbook({}, project);
    expect((await sut.get(`${path}/${own}`)).body).toMatchObject({ owner: 'a-project', public: false });
    const fields = { name: freshName(), steps: [step('a')] };
    expect((await create({ ...fields, owner: 'another' }, project)).status).toBe(400);
    expect((await create({ ...fields, public: true }, project)).status).toBe(400);
    expect((await create({ ...fields, public: true, owner: 'x' }, { headers: system })).status).toBe(400);
    const shared = await runbook({ public: true }, { headers: system });
    const given = await runbook({ owner: 'another' }, { headers: system });
    const listed = (await sut.get(`${path}?project=a-project`)).body['runbooks'] as { name: string }[];
    const names = listed.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([own, shared]));
    expect(names).not.toContain(given);
  });

  it('lose their owner when they are said to be public or not, unless they are given one', async () => {
    const name = await runbook({ owner: 'a-project' }, { headers: system });
    expect((await patch(name, [replace('public', true)])).body).toMatchObject({ public: true, owner: null });
    expect((await patch(name, [replace('owner', 'a-project')])).status).toBe(400);
    const both = await patch(name, [replace('public', false), replace('owner', 'another')]);
    expect(both.body).toMatchObject({ public: false, owner: 'another' });
    expect((await patch(name, [replace('public', true), replace('owner', 'x')])).status).toBe(400);
    expect((await patch(name, [{ op: 'remove', path: '/owner' }])).body['owner']).toBeNull();
  });

  it('are patched, and only where they may be', async () => {
    const name = await runbook({ disable_ramdisk: true });
    const changed = await patch(name, [
      replace('steps/0/order', 9),
      { op: 'add', path: '/steps/-', value: step('b', 2) },
      replace('description', 'What it is for'),
      { op: 'remove', path: '/disable_ramdisk' },
    ]);
    const steps = [step('a', 9), step('b', 2)];
    expect(changed.body).toMatchObject({ steps, description: 'What it is for', disable_ramdisk: false });
    expect((await patch(name, [replace('description', 'x')], { version: '1.111' })).status).toBe(406);
    for (const operation of [
      replace('uuid', randomUUID()),
      { op: 'add', path: '/traits/-', value: 'CUSTOM_A' },
      { op: 'remove', path: '/steps' },
      { op: 'add', path: '/steps/-', value: step('a', 3) },
      { op: 'add', path: '/steps/-', value: { interface: 'bios', step: 'c' } },
    ])
      expect([operation.path, (await patch(name, [operation])).status]).toEqual([operation.path, 400]);
    expect((await sut.get(`${path}/${name}`)).body).toEqual(changed.body);
  });

  it('have a UUID and a name of their own, and go once', async () => {
    const name = await runbook();
    const taken = await create({ name, steps: [step('a')] });
    expect([taken.status, taken.fault]).toEqual([409, expect.stringContaining(name)]);
    const other = await runbook();
    expect((await patch(other, [replace('name', name)])).status).toBe(409);
    const headers = { 'if-match': '"99"' };
    expect((await sut.request('DELETE', `${path}/${name}`, { headers })).status).toBe(412);
    expect((await sut.request('DELETE', `${path}/${name}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE'] as const)
      expect((await sut.request(method, `${path}/${name}`)).status).toBe(404);
  });

  it('keep secret arguments sealed, and tell of their changes without them', async () => {
    const name = await runbook({ steps: [step('a', 1, { password: 'open-sesame' })] });
    const { uuid, steps } = (await sut.get(`${path}/${name}`)).body;
    expect(steps).toEqual([step('a', 1, { password: '******' })]);
    await patch(name, [replace('steps', steps), replace('extra', { a: 1 })]);
    const [row] = await sut.api.database.query<{ steps: object }>('SELECT steps FROM runbooks WHERE uuid = $1', [uuid]);
    expect(openStepArguments(row?.steps, [sut.sealingKey])).toEqual([step('a', 1, { password: 'open-sesame' })]);
    await sut.request('PUT', `${path}/${name}/traits/CUSTOM_A`);
    await sut.request('DELETE', `${path}/${name}`);
    const events = await eventsOf(sut, String(uuid));
    const told = ['create', 'update', 'update', 'delete'].map((what) => `baremetal.runbook.${what}.end`);
    expect(events.map(([type]) => type)).toEqual(told);
    expect(events[2]?.[1]).toMatchObject({ name, traits: ['CUSTOM_A'], revision: 3, public: false });
    expect(JSON.stringify(events)).not.toContain('open-sesame');
  });

  it('have traits of their own from 1.112 on', async () => {
    const name = await runbook();
    const traits = `${path}/${name}/traits`;
    const put = (more: RequestOptions = {}, trait = ''): Promise<Answer> =>
      sut.request('PUT', `${traits}${trait}`, more);
    expect((await sut.get(traits)).body).toEqual({ traits: [] });
    const replaced = await put({ body: { traits: ['CUSTOM_B', 'CUSTOM_A', 'CUSTOM_B'] } });
    expect([replaced.status, replaced.text]).toEqual([204, '']);
    const added = await put({}, '/HW_CPU_X86_VMX');
    expect([added.status, added.headers.get('location')]).toEqual([204, `${sut.api.url}${traits}/HW_CPU_X86_VMX`]);
    expect((await put({}, '/CUSTOM_A')).status).toBe(204);
    const all = ['CUSTOM_A', 'CUSTOM_B', 'HW_CPU_X86_VMX'];
    expect((await sut.get(traits)).body).toEqual({ traits: all });
    expect((await sut.get(`${path}/${name}`)).body['traits']).toEqual(all);
    for (const body of [{}, { traits: 'CUSTOM_A' }, { traits: ['lower'] }, { traits: [], more: 1 }])
      expect((await put({ body })).status).toBe(400);
    expect((await put({}, '/lower')).status).toBe(400);
    expect((await put({ body: { traits: ['CUSTOM_C'] } }, '/CUSTOM_C')).status).toBe(400);
    expect((await sut.request('DELETE', `${traits}/CUSTOM_A`)).status).toBe(204);
    expect((await sut.request('DELETE', `${traits}/CUSTOM_A`)).status).toBe(204);
    expect((await sut.get(traits)).body).toEqual({ traits: ['CUSTOM_B', 'HW_CPU_X86_VMX'] });
    expect((await sut.request('DELETE', traits)).status).toBe(204);
    expect((await sut.get(traits)).body).toEqual({ traits: [] });
    expect((await sut.get(traits, '1.111')).status).toBe(404);
    expect((await sut.get(`${path}/CUSTOM_NOBODY/traits`)).status).toBe(404);
  });

  describe('in a verb', () => {
    const manageable = async (...traits: string[]): Promise<string> => {
      const node = await sut.manageable();
      await sut.request('PUT', `/v1/nodes/${node}/traits`, { body: { traits } });
      return node;
    };
    const clean = (node: string, name: string, more: object = {}, version?: string): Promise<Answer> =>
      sut.request('PUT', `/v1/nodes/${node}/states/provision`, {
        body: { target: 'clean', runbook: name, ...more },
        ...(version === undefined ? {} : { version }),
      });
    const argumentsOf = async (node: string): Promise<object> => (await sut.conductor.command(node, 'clean')).arguments;
    const withTraits = async (name: string, ...traits: string[]): Promise<string> => {
      await sut.request('PUT', `${path}/${name}/traits`, { body: { traits } });
      return name;
    };

    it('give their steps in their order, and whether a ramdisk is needed', async () => {
      const steps = [step('last', 30), step('first', 1, { password: 'open-sesame' }), step('middle', 5)];
      const name = await withTraits(await runbook({ steps, disable_ramdisk: true }), 'CUSTOM_FITS', 'CUSTOM_OTHER');
      const node = await manageable('CUSTOM_FITS');
      expect((await clean(node, name)).status).toBe(202);
      const given = await argumentsOf(node);
      expect(JSON.stringify(given)).not.toContain('open-sesame');
      expect(openStepArguments(given, [sut.sealingKey])).toEqual({
        disable_ramdisk: true,
        clean_steps: [
          { interface: 'bios', step: 'first', args: { password: 'open-sesame' } },
          { interface: 'bios', step: 'middle', args: {} },
          { interface: 'bios', step: 'last', args: {} },
        ],
      });
    });

    it('fit a node with one of their traits from 1.112 on', async () => {
      const name = await runbook();
      const node = await manageable(name, 'CUSTOM_FITS');
      const before = await sut.shown(node);
      const bare = await clean(node, name);
      expect([bare.status, bare.fault]).toEqual([400, expect.stringContaining('no traits')]);
      await withTraits(name, 'CUSTOM_OTHER');
      const unfit = await clean(node, name);
      expect([unfit.status, unfit.fault]).toEqual([400, expect.stringContaining('CUSTOM_OTHER')]);
      expect(await sut.shown(node)).toEqual(before);
      await withTraits(name, 'CUSTOM_OTHER', 'CUSTOM_FITS');
      expect((await clean(node, name)).status).toBe(202);
    });

    it('fit a node with the trait of their name before', async () => {
      const name = await withTraits(await runbook(), 'CUSTOM_FITS');
      expect((await clean(await manageable('CUSTOM_FITS'), name, {}, '1.111')).status).toBe(400);
      expect((await clean(await manageable(name), name, {}, '1.111')).status).toBe(202);
    });

    it('are refused where they are unknown, come with steps, hold what nobody may ask for, or came later', async () => {
      const raw = { interface: 'vendor', step: 'send_raw', args: {}, order: 1 };
      const name = await withTraits(await runbook(), 'CUSTOM_FITS');
      const forbidden = await withTraits(await runbook({ steps: [raw] }), 'CUSTOM_FITS');
      const node = await manageable('CUSTOM_FITS');
      const before = await sut.shown(node);
      expect((await clean(node, 'CUSTOM_NOBODY')).status).toBe(404);
      const both = await clean(node, name, { clean_steps: [{ interface: 'bios', step: 'x' }] });
      expect([both.status, both.fault]).toEqual([400, expect.stringContaining('not both')]);
      const refused = await clean(node, forbidden);
      expect([refused.status, refused.fault]).toEqual([400, expect.stringContaining('vendor.send_raw')]);
      expect((await clean(node, name, {}, '1.91')).status).toBe(406);
      expect((await sut.verb(node, 'inspect', { runbook: name })).status).toBe(400);
      expect(await sut.shown(node)).toEqual(before);
    });
  });
});
