import { openSecrets } from '@bessemer/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { type Answer, ApiFixture } from './api-fixture.js';

const secret = 'correct-horse-battery';

describe('secrets', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const everythingStored = async (): Promise<string> => {
    const tables = await sut.api.database.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'api'",
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const rows = await sut.api.database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  };

  it('stand nowhere in clear: not in answers, rows, commands or events; a conductor opens them', async () => {
    const node = await sut.manageable({
      driver_info: {
        ipmi_password: secret,
        pass_phrase_of_bmc: secret,
        nested: { api_token: secret },
        ipmi_address: 'a',
      },
    });
    const patched = await sut.request('PATCH', `/v1/nodes/${node}`, {
      body: [
        { op: 'add', path: '/instance_info/configdrive', value: secret },
        { op: 'replace', path: '/driver_info/ipmi_password', value: `${secret}-2` },
      ],
    });
    expect(patched.status).toBe(200);
    const answers = [
      patched,
      await sut.get(`/v1/nodes/${node}`),
      await sut.get('/v1/nodes/detail'),
      await sut.get('/v1/nodes?fields=driver_info,instance_info'),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(secret);
      expect(answer.text).not.toContain('$sealed');
      expect(answer.text).toMatch(/"ipmi_password": ?"\*{6}"/);
      expect(answer.text).toMatch(/"configdrive": ?"\*{6}"/);
    }
    await sut.verb(node, 'inspect');
    const command = await sut.conductor.command(node, 'inspect');
    expect(JSON.stringify(command)).not.toContain(secret);
    const opened = openSecrets(command.node.driver_info, [sut.sealingKey], { node, field: 'driver_info' });
    expect(opened).toMatchObject({ ipmi_password: `${secret}-2`, pass_phrase_of_bmc: secret, ipmi_address: 'a' });
    expect(await everythingStored()).not.toContain(secret);
  });

  it('stay when they are sent back masked, and go when they are removed', async () => {
    const node = await sut.node({ driver_info: { ipmi_password: secret } });
    const kept = await sut.request('PATCH', `/v1/nodes/${node}`, {
      body: [{ op: 'replace', path: '/driver_info/ipmi_password', value: '******' }],
    });
    expect(kept.status).toBe(200);
    await sut.verb(node, 'manage');
    const command = await sut.conductor.command(node, 'verify');
    expect(openSecrets(command.node.driver_info, [sut.sealingKey], { node, field: 'driver_info' })).toEqual({
      ipmi_password: secret,
    });
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'finished', transition: 'done' }]);
    await sut.reaches(node, 'manageable');
    const removed = await sut.request('PATCH', `/v1/nodes/${node}`, {
      body: [{ op: 'remove', path: '/driver_info/ipmi_password' }],
    });
    expect(removed.body['driver_info']).toEqual({});
  });

  it('that only a driver declares are sealed when its conductor is gone, and has stopped to declare them', async () => {
    const node = await sut.node();
    await sut.api.database.query("UPDATE conductors SET online = false, hardware_types = '[]'");
    await waitFor('the api to know', async () => (await sut.get('/v1/drivers')).text === '{"drivers":[]}');
    for (const value of [secret, { a: secret }])
      expect(
        (
          await sut.request('PATCH', `/v1/nodes/${node}`, {
            body: [{ op: 'add', path: '/driver_info/pass_phrase_of_bmc', value }],
          })
        ).body['driver_info'],
      ).toEqual({ pass_phrase_of_bmc: '******' });
    expect(await everythingStored()).not.toContain(secret);
    await sut.conductor.announce(true);
    await sut.driverKnown();
  });

  it('of lists open wherever a patch has moved them, and stay when the list is sent back without some', async () => {
    const bmcs = ['a', 'b', 'c', 'd'].map((host) => ({ host, api_token: `${secret}-${host}` }));
    const node = await sut.manageable({ driver_info: { bmcs } });
    const patch = (operation: object) => sut.request('PATCH', `/v1/nodes/${node}`, { body: [operation] });
    expect((await patch({ op: 'remove', path: '/driver_info/bmcs/1' })).status).toBe(200);
    const left = ['c', 'd'].map((host) => ({ host, api_token: '******' }));
    expect((await patch({ op: 'replace', path: '/driver_info/bmcs', value: left })).body['driver_info']).toEqual({
      bmcs: left,
    });
    await sut.verb(node, 'inspect');
    const command = await sut.conductor.command(node, 'inspect');
    const opened = openSecrets(command.node.driver_info, [sut.sealingKey], { node, field: 'driver_info' });
    expect(opened).toEqual({ bmcs: bmcs.slice(2) });
  });

  it.each([
    ['an item with another host, when others are gone', ['b2']],
    ['an item in the place of one that has moved', ['b', 'c2']],
    ['an item that is new', ['a', 'b', 'c']],
  ])('of lists never go to whom they were not given for: %s', async (_, hosts) => {
    const bmcs = ['a', 'b'].map((host) => ({ host, api_token: `${secret}-${host}` }));
    const node = await sut.node({ driver_info: { bmcs } });
    const value = hosts.map((host) => ({ host, api_token: '******' }));
    const body = [{ op: 'replace', path: '/driver_info/bmcs', value }];
    const refused = await sut.request('PATCH', `/v1/nodes/${node}`, { body });
    expect([refused.status, refused.fault]).toEqual([400, expect.stringContaining('Give the secret itself')]);
  });

  it('of lists stay when one item is changed', async () => {
    const bmcs = ['a', 'b'].map((host) => ({ host, api_token: `${secret}-${host}` }));
    const node = await sut.manageable({ driver_info: { bmcs } });
    const value = ['a2', 'b'].map((host) => ({ host, api_token: '******' }));
    const body = [{ op: 'replace', path: '/driver_info/bmcs', value }];
    expect((await sut.request('PATCH', `/v1/nodes/${node}`, { body })).status).toBe(200);
    await sut.verb(node, 'inspect');
    const command = await sut.conductor.command(node, 'inspect');
    const opened = openSecrets(command.node.driver_info, [sut.sealingKey], { node, field: 'driver_info' });
    expect(opened).toEqual({ bmcs: [{ host: 'a2', api_token: `${secret}-a` }, bmcs[1]] });
  });

  describe('given as objects', () => {
    const configDrive = { user_data: `#cloud-config ${secret}`, meta_data: { keys: { root: secret } } };
    const objects = {
      driver_info: { ipmi_password: { a: secret }, pass_phrase_of_bmc: { b: [secret] }, ipmi_address: 'a' },
      instance_info: { configdrive: configDrive, image_pull_secret: { auth: { user: secret } }, image_url: [secret] },
    };
    const shown = {
      driver_info: { ipmi_password: '******', pass_phrase_of_bmc: '******', ipmi_address: 'a' },
      instance_info: { configdrive: '******', image_pull_secret: '******', image_url: '******' },
    };
    const patch = (node: string, path: string, value: unknown): Promise<Answer> =>
      sut.request('PATCH', `/v1/nodes/${node}`, { body: [{ op: 'add', path, value }] });

    it('are sealed as a whole, stay when they are sent back masked, and open to the same', async () => {
      const node = await sut.manageable(objects);
      expect(await sut.shown(node)).toMatchObject(shown);
      const drive = { ...configDrive, user_data: `${secret}-2` };
      expect((await patch(node, '/instance_info/configdrive', drive)).body).toMatchObject(shown);
      for (const [field, value] of Object.entries(shown))
        expect((await patch(node, `/${field}`, value)).body).toMatchObject(shown);
      await sut.verb(node, 'inspect');
      const { node: sent } = await sut.conductor.command(node, 'inspect');
      for (const field of ['driver_info', 'instance_info'] as const)
        expect(openSecrets(sent[field], [sut.sealingKey], { node, field })).toEqual(
          field === 'driver_info' ? objects.driver_info : { ...objects.instance_info, configdrive: drive },
        );
      expect(JSON.stringify(sent)).not.toContain(secret);
      expect(await everythingStored()).not.toContain(secret);
    });

    it.each(['/instance_info/configdrive/user_data', '/driver_info/ipmi_password/a', '/driver_info/ipmi_password/b/c'])(
      'take no patch of what is in them: %s',
      async (path) => {
        const node = await sut.node(objects);
        const answer = await patch(node, path, 'x');
        expect([answer.status, answer.fault]).toEqual([400, expect.stringMatching(/holds no members|not found/)]);
        expect(await sut.shown(node)).toMatchObject(shown);
      },
    );

    it('take no value of a task within them either', async () => {
      const node = await sut.manageable(objects);
      await sut.verb(node, 'inspect');
      const command = await sut.conductor.command(node, 'inspect');
      const fields = [{ op: 'set' as const, path: '/driver_info/ipmi_password/a', value: 'in-clear' }];
      await sut.conductor.reportAll(command, [
        { what: 'accepted' },
        { what: 'started' },
        { what: 'finished', transition: 'done', patch: { fields } },
      ]);
      expect(await sut.reaches(node, 'inspect failed')).toMatchObject({
        ...shown,
        last_error: expect.stringContaining('a secret holds no members'),
      });
      expect(await everythingStored()).not.toContain('in-clear');
    });

    it('are refused when they are too long, and one that is stored already never is', async () => {
      const node = await sut.node();
      const long = (length: number) => ({ user_data: 'x'.repeat(length) });
      const refused = await patch(node, '/instance_info/configdrive', long(64 * 1024));
      expect([refused.status, refused.fault]).toEqual([400, expect.stringContaining('instance_info/configdrive')]);
      expect((await patch(node, '/instance_info/configdrive', long(63 * 1024))).status).toBe(200);
      expect((await patch(node, '/instance_info/display_name', 'x')).status).toBe(200);
    });

    it('leave the reference to a config drive that is kept elsewhere, which no client writes', async () => {
      const node = await sut.manageable();
      const reference = { ref: 'http://127.0.0.1/x', sha256: 'a'.repeat(64), size: 5 };
      const stored = async (): Promise<unknown> =>
        (await sut.api.database.query('SELECT instance_info FROM nodes WHERE uuid = $1', [node]))[0]?.['instance_info'];
      expect((await patch(node, '/instance_info/configdrive', reference)).status).toBe(400);
      await sut.api.database.query('UPDATE nodes SET instance_info = $2 WHERE uuid = $1', [
        node,
        JSON.stringify({ configdrive: reference }),
      ]);
      expect((await patch(node, '/instance_info/display_name', 'x')).status).toBe(200);
      expect((await patch(node, '/instance_info', { configdrive: '******' })).status).toBe(200);
      for (const path of ['ref', 'more']) {
        const answer = await patch(node, `/instance_info/configdrive/${path}`, 'http://192.0.2.66/');
        expect([answer.status, answer.fault]).toEqual([400, expect.stringContaining('config drive')]);
      }
      expect(await stored()).toEqual({ configdrive: reference });
    });
  });

  it('hand out the token of an agent once, and take a heartbeat with it alone', async () => {
    const node = await sut.waitingForAgent();
    const first = await sut.get(`/v1/lookup?node_uuid=${node}`, '1.62');
    const { agent_token: token } = first.body['config'] as { agent_token: string };
    expect(token).toMatch(/^[\w-]{43}$/);
    const second = await sut.get(`/v1/lookup?node_uuid=${node}`, '1.62');
    expect(second.body['config']).toMatchObject({ agent_token: '******' });
    expect(await everythingStored()).not.toContain(token);

    const beat = (given: string, url = 'https://192.0.2.1:9999') =>
      sut.request('POST', `/v1/heartbeat/${node}`, {
        body: { callback_url: url, agent_version: '9.4', agent_token: given },
        version: '1.68',
      });
    const before = await sut.shown(node);
    expect((await beat('wrong')).status).toBe(400);
    expect((await beat(token, 'http://192.0.2.1:9999')).status).toBe(400);
    expect(await sut.shown(node)).toEqual(before);
    expect((await beat(token)).status).toBe(202);
    expect(await sut.shown(node)).toMatchObject({ driver_internal_info: { agent_url: 'https://192.0.2.1:9999' } });
    expect((await beat(token, 'https://192.0.2.2:9999')).status).toBe(400);
  });

  it('never reach an event', async () => {
    const node = await sut.node({ driver_info: { ipmi_password: secret } });
    const payloads = await waitFor('the event', async () => {
      const rows = await sut.api.database.query<{ payload: string }>(
        "SELECT payload FROM outbox WHERE aggregate = $1 AND stream = 'EVENTS'",
        [node],
      );
      return rows.length > 0 ? rows.map(({ payload }) => payload).join('') : undefined;
    });
    expect(payloads).toContain('******');
    expect(payloads).not.toContain(secret);
    expect(payloads).not.toContain('$sealed');
  });
});
