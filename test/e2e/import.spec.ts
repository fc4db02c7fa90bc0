import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../integration/stack/index.js';
import { SimulatedFleet } from '../sim/index.js';
import { type CommandResult, RunningInstance } from './running-instance.js';

interface Item {
  index: number;
  node: string;
  created: boolean;
  state: string;
  error: string | null;
}

interface Workflow {
  uuid: string;
  state: string;
  items: Item[];
}

interface Node {
  uuid: string;
  name: string;
  provision_state: string;
}

const full = ['--introspect', '--provide'];

/** A machine without a BMC, each of whose steps takes a moment. */
const fake = (name: string, mac: string, more: object = {}) => ({
  name,
  pm_type: 'fake-hardware',
  mac: [mac],
  inspect_interface: 'fake',
  ...more,
});

describe('./bessemer node import', () => {
  let sut: RunningInstance;
  let fleet: SimulatedFleet | undefined;
  let files = 0;
  let hasFailed = true;

  beforeAll(async () => {
    sut = await RunningInstance.start('import', { BESSEMER_FAKE_DELAY: '250ms' });
    await mkdir(sut.path('fleet'));
    fleet = await SimulatedFleet.start({
      machines: ['m0', 'm1'].map((name, index) => ({ name, mac: [`52:54:00:00:0f:0${index}`] })),
      dir: sut.path('fleet'),
      apiUrl: sut.apiUrl,
      agent: { heartbeatIntervalS: 1 },
    });
    hasFailed = false;
  }, 60_000);

  afterEach(({ task }) => {
    hasFailed ||= task.result?.state === 'fail';
  });

  afterAll(async () => {
    await fleet?.stop();
    await sut?.stop(hasFailed);
  });

  const fileOf = async (content: unknown): Promise<string> => {
    files += 1;
    const path = sut.path(`instackenv-${files}.json`);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const importFile = async (content: unknown, ...options: string[]): Promise<CommandResult> =>
    sut.command('node import', await fileOf(content), ...options);
  const nodes = async (): Promise<Node[]> => JSON.parse((await sut.get('/v1/nodes')).text).nodes;
  const ports = async (): Promise<{ uuid: string }[]> => JSON.parse((await sut.get('/v1/ports')).text).ports;
  const stateOf = async (name: string): Promise<string | undefined> =>
    (await nodes()).find((node) => node.name === name)?.provision_state;
  const workflow = async (uuid: string): Promise<Workflow> => JSON.parse((await sut.get(`/v1/workflows/${uuid}`)).text);
  /** Names of nodes and how many ports there are: what an import that is refused leaves as it was. */
  const registered = async () => ({ nodes: (await nodes()).map(({ uuid }) => uuid), ports: (await ports()).length });
  const start = async (content: unknown, query = 'introspect=true&provide=true'): Promise<string> => {
    const answer = await sut.request('POST', `/v1/workflows/import?${query}`, content);
    expect([answer.status, answer.text]).toEqual([202, expect.any(String)]);
    return String(answer.body['uuid']);
  };
  const ended = (uuid: string): Promise<Workflow> =>
    waitFor(
      `the end of ${uuid}`,
      async () => {
        const now = await workflow(uuid);
        return now.state !== 'running' && now;
      },
      40_000,
    );
  /** The kinds of tasks that conductors have done for a node, in their order. */
  const tasksOf = async (node: string): Promise<string[]> => {
    const rows = await sut.query<{ kind: string }>(
      'conductor',
      'SELECT kind FROM tasks WHERE node = $1 ORDER BY created_at',
      [node],
    );
    return rows.map(({ kind }) => kind);
  };

  const realMachines = () =>
    (fleet?.machines ?? []).map((machine, index) => ({
      name: machine.name,
      pm_type: 'pxe_ipmitool',
      pm_user: machine.access.user,
      pm_password: machine.access.password,
      pm_addr: machine.address,
      pm_port: String(machine.port),
      mac: [`52:54:00:00:0f:0${index}`],
    }));

  it('takes the machines of a file to available, and shows how far they are', async () => {
    const file = await fileOf({ nodes: [...realMachines(), fake('f0', '52:54:00:00:0f:10')] });
    const lines: string[] = [];
    const wasRunning: boolean[] = [];
    const looks: Promise<void>[] = [];
    const look = async (): Promise<void> => {
      const { workflows } = JSON.parse((await sut.get('/v1/workflows')).text) as { workflows: Workflow[] };
      wasRunning.push(workflows[0]?.state === 'running');
    };
    const onLine = (line: string): void => {
      lines.push(line);
      if (/running inspect/.test(line) && looks.length === 0) looks.push(look());
    };
    const { code, stderr } = await sut.follow(onLine, sut.data, 'node import', file, ...full);
    await Promise.all(looks);
    expect([code, stderr]).toEqual([0, '']);
    expect(wasRunning).toEqual([true]);
    for (const index of [0, 1, 2]) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^node #${index}: [0-9a-f-]{36} registered$`)));
      for (const goal of ['manage', 'inspect', 'provide'])
        expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^node #${index}: running ${goal}`)));
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^node #${index}: succeeded`)));
    }
    expect(lines).toContainEqual(expect.stringMatching(/^warning {2}node #0, pm_type/));
    expect(lines.at(-1)).toBe('3 of 3 machines have arrived');
    for (const name of ['m0', 'm1', 'f0']) expect(await stateOf(name)).toBe('available');
    expect(await ports()).toHaveLength(3);
  }, 60_000);

  it('registers nothing twice when the same file comes again', async () => {
    const before = await registered();
    const { code, stdout } = await importFile({ nodes: [...realMachines(), fake('f0', '52:54:00:00:0f:10')] }, ...full);
    expect([code, stdout]).toEqual([0, expect.stringContaining('3 of 3 machines have arrived')]);
    expect(stdout.match(/was registered already/g)).toHaveLength(3);
    expect(await registered()).toEqual(before);
    expect(await stateOf('m0')).toBe('available');
  }, 30_000);

  /** The nodes of a file were registered once, and had every task once, after this state of things. */
  const expectOnce = async (names: readonly string[], before: Awaited<ReturnType<typeof registered>>) => {
    const after = await registered();
    expect([after.nodes.length, after.ports]).toEqual([
      before.nodes.length + names.length,
      before.ports + names.length,
    ]);
    for (const { uuid, name, provision_state } of await nodes()) {
      if (!names.includes(name)) continue;
      expect(provision_state).toBe('available');
      expect(await tasksOf(uuid)).toEqual(['verify', 'inspect', 'clean']);
    }
  };

  it('joins an import of the same file that still runs', async () => {
    const content = { nodes: [fake('twice-0', '52:54:00:00:0f:20', { cpu: 4 }), fake('twice-1', '52:54:00:00:0f:21')] };
    const before = await registered();
    const file = await fileOf(content);
    const second: { result?: Promise<CommandResult> } = {};
    const onLine = (line: string): void => {
      if (/running/.test(line)) second.result ??= sut.command('node import', file, ...full);
    };
    const first = await sut.follow(onLine, sut.data, 'node import', file, ...full);
    const again = await second.result;
    expect([first.code, first.stderr, again?.code, again?.stderr]).toEqual([0, '', 0, '']);
    expect(again?.stdout).toContain('2 of 2 machines have arrived');
    await expectOnce(['twice-0', 'twice-1'], before);
  }, 60_000);

  it('does after one that runs what that was not asked for', async () => {
    const content = { nodes: [fake('more-0', '52:54:00:00:0f:22'), fake('more-1', '52:54:00:00:0f:23')] };
    const before = await registered();
    const first = await start(content, 'introspect=true');
    const second = await start(content, 'introspect=true&provide=true');
    expect(await ended(second)).toMatchObject({ state: 'succeeded', items: [{ created: false }, { created: false }] });
    expect(await workflow(first)).toMatchObject({ state: 'succeeded' });
    await expectOnce(['more-0', 'more-1'], before);
  }, 60_000);

  it('tells all problems of a file at once, each with its index, and registers nothing', async () => {
    const before = await registered();
    const good = fake('good', '52:54:00:00:0f:30');
    const { code, stdout } = await importFile({
      nodes: [
        good,
        { pm_type: 'pxe_ipmitool', mac: ['no mac'], pm_user: 'admin' },
        fake('good', '52:54:00:00:0f:31'),
        { pm_type: 'nosuchtype' },
        fake('bad name!', '52:54:00:00:0f:32', { colour: 'red', cpu: 'many' }),
        'text',
      ],
    });
    expect(code).toBe(1);
    const problems = stdout
      .split('\n')
      .flatMap((line) => line.match(/^error {4}(node #\d+(?:, [\w[\]]+)?)/)?.[1] ?? []);
    expect(problems).toEqual([
      'node #1, pm_addr',
      'node #1, mac[0]',
      'node #2, name',
      'node #3, pm_type',
      'node #4, colour',
      'node #4, cpu',
      'node #5',
    ]);
    expect(stdout).toContain('7 problems; nothing was imported');
    expect(await registered()).toEqual(before);
  });

  it('tells what a node may not be beside what a record may not be', async () => {
    const before = await registered();
    const { code, stdout } = await importFile([
      fake('fine', '52:54:00:00:0f:30'),
      fake('not a name', '52:54:00:00:0f:31'),
      fake('fine-too', '52:54:00:00:0f:32', { power_interface: 'nosuch' }),
    ]);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/node #1, name.*\n.*node #2, power_interface/)]);
    expect(await registered()).toEqual(before);
  });

  it.each([
    ['is malformed', '{"nodes": [', /is no JSON/],
    ['is empty', '', /is no JSON/],
    ['holds something else', '{"machines": []}', /file, nodes: Expected a list/],
    ['names no node', '{"nodes": []}', /names no node/],
  ])('refuses a file that %s', async (_, content, words) => {
    const { code, stdout, stderr } = await importFile(content);
    expect([code, stdout + stderr]).toEqual([1, expect.stringMatching(words)]);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a file that is not there', async () => {
    const { code, stderr } = await sut.command('node import', sut.path('nosuchfile.json'));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/nosuchfile\.json cannot be read/)]);
  });

  it('says when no instance runs', async () => {
    const file = await fileOf({ nodes: [fake('nowhere', '52:54:00:00:0f:33')] });
    const { code, stderr } = await sut.commandIn(sut.path('nosuchfolder'), 'node import', file);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/No instance runs in .*nosuchfolder/)]);
    const silent = await sut.command('node import', file, '--api', 'http://127.0.0.1:9');
    expect([silent.code, silent.stderr]).toEqual([1, expect.stringMatching(/Nothing answers at http:\/\/127.0.0.1:9/)]);
  });

  it('refuses two records of one BMC', async () => {
    const before = await registered();
    const record = { pm_type: 'ipmi', pm_user: 'u', pm_password: 'p', pm_addr: '192.0.2.7' };
    const { code, stdout } = await importFile([record, { ...record, pm_port: 623 }, { ...record, pm_port: 624 }]);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/node #1, pm_addr: .*192\.0\.2\.7:623.*index 0/)]);
    expect(stdout).not.toContain('node #2');
    expect(await registered()).toEqual(before);
  });

  it('refuses a record that could be two nodes', async () => {
    const before = await registered();
    const [m0] = realMachines();
    const { code, stdout } = await importFile([
      { ...m0, name: 'both', mac: ['52:54:00:00:0f:00', '52:54:00:00:0f:01'] },
    ]);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/node #0: It could be several nodes: .*, /)]);
    expect(await registered()).toEqual(before);
  });

  it('refuses two records of one node', async () => {
    const before = await registered();
    const [{ name: _, ...m0 } = { name: '' }] = realMachines();
    const { code, stdout } = await importFile([{ ...m0, mac: [] }, fake('other', '52:54:00:00:0f:00')]);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/node #1: It is the same node as index 0: /)]);
    expect(await registered()).toEqual(before);
  });

  it('is a request: 202 with where to look, 400 with all problems, 404 for another workflow', async () => {
    const body = { nodes: [fake('asked', '52:54:00:00:0f:40')] };
    const answer = await sut.request('POST', '/v1/workflows/import', body);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`${sut.apiUrl}/v1/workflows/${answer.body['uuid']}`);
    expect(answer.body).toMatchObject({ kind: 'import', introspect: false, provide: false, warnings: [] });
    const done = await ended(String(answer.body['uuid']));
    expect(done).toMatchObject({ state: 'succeeded', items: [{ index: 0, created: true, error: null }] });
    expect(await stateOf('asked')).toBe('manageable');

    const refused = await sut.request('POST', '/v1/workflows/import', [{ pm_type: 'ipmi', mac: 'x' }, 1]);
    expect([refused.status, refused.body['problems']]).toEqual([
      400,
      [
        { index: 0, field: 'pm_addr', message: expect.any(String) },
        { index: 0, field: 'mac', message: expect.any(String) },
        { index: 1, field: null, message: expect.any(String) },
      ],
    ]);
    expect(refused.body).toHaveProperty('error_message');
    for (const bad of ['?provide=perhaps', '?nosuch=1'])
      expect((await sut.request('POST', `/v1/workflows/import${bad}`, body)).status).toBe(400);
    for (const unknown of ['00000000-0000-4000-8000-000000000000', 'nosuch'])
      expect((await sut.get(`/v1/workflows/${unknown}`)).status).toBe(404);
  }, 30_000);

  it('says which machine failed, and takes the others on', async () => {
    const unreachable = { name: 'silent', pm_type: 'ipmi', pm_addr: '127.0.0.1', pm_port: 9, ipmi_cipher_suite: 3 };
    const { code, stdout } = await importFile([unreachable, fake('unimpressed', '52:54:00:00:0f:50')], ...full);
    expect([code, stdout]).toEqual([1, expect.stringContaining('1 of 2 machines have arrived')]);
    expect(stdout).toMatch(/^node #0: failed manage: .*127\.0\.0\.1:9 does not answer/m);
    expect(await stateOf('unimpressed')).toBe('available');
  }, 60_000);

  it('goes on where it was when the api is killed in the middle', async () => {
    const content = { nodes: [fake('killed-0', '52:54:00:00:0f:60'), fake('killed-1', '52:54:00:00:0f:61')] };
    const file = await fileOf(content);
    const killed: number[] = [];
    const onLine = (line: string): void => {
      const { pid } = sut.process('api');
      if (!/running inspect/.test(line) || killed.length > 0 || pid === undefined) return;
      killed.push(pid);
      process.kill(pid, 'SIGKILL');
    };
    const { code, stdout, stderr } = await sut.follow(onLine, sut.data, 'node import', file, ...full);
    expect([code, stderr]).toEqual([0, '']);
    expect(killed).toHaveLength(1);
    expect(sut.process('api').pid).not.toBe(killed[0]);
    expect(stdout).toContain('2 of 2 machines have arrived');
    for (const node of await nodes())
      if (node.name.startsWith('killed')) {
        expect(node.provision_state).toBe('available');
        expect(await tasksOf(node.uuid)).toEqual(['verify', 'inspect', 'clean']);
      }
  }, 60_000);

  it('ends by itself when the api is killed and nobody looks', async () => {
    const uuid = await start({ nodes: [fake('alone', '52:54:00:00:0f:70')] });
    await waitFor('the first verb', async () => (await workflow(uuid)).items[0]?.state === 'running');
    const { pid } = sut.process('api');
    process.kill(pid ?? 0, 'SIGKILL');
    await waitFor('the api again', () => sut.process('api').pid !== pid && isUp(sut.apiUrl), 20_000);
    expect(await ended(uuid)).toMatchObject({ state: 'succeeded', items: [{ error: null }] });
    expect(await stateOf('alone')).toBe('available');
  }, 60_000);
});

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    // It is on its way.
    return false;
  }
}
