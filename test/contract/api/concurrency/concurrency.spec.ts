import { setFields } from '@bessemer/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom, seedOfRun } from '../../../chaos/random.js';
import { waitFor } from '../../../integration/stack/index.js';
import { ApiFixture } from '../api-fixture.js';
import { Attendant } from './attendant.js';
import { CrowdClient, type Effect } from './crowd.js';

const clients = 200;
const things = 12;
const nodeCount = 500;
const withinMs = 60_000;

type Shown = Record<string, unknown>;

/** The other nodes are as the one that a request has made, and available. */
const others = `INSERT INTO nodes (uuid, driver, extra, power_state, provision_state, resource_class, conductor_group,
    boot_interface, deploy_interface, management_interface, network_interface, power_interface, storage_interface)
  SELECT gen_random_uuid(), driver, '{"appended": [], "count": 0}', 'power off', 'available', 'crowd', conductor_group,
    boot_interface, deploy_interface, management_interface, network_interface, power_interface, storage_interface
  FROM nodes, generate_series(1, $2::integer) WHERE uuid = $1`;

describe('two hundred clients at once', () => {
  let sut: ApiFixture;
  let seed: number;
  let crowd: CrowdClient[];
  let effects: Effect[];
  let attendant: Attendant;
  let tookMs: number;
  let nodes: Map<string, Shown>;
  let allocations: Shown[];

  const pagesOf = async (path: string, plural: string): Promise<Shown[]> => {
    const records: Shown[] = [];
    let next: string | undefined = path;
    while (next !== undefined) {
      const { body } = await sut.get(next);
      records.push(...(body[plural] as Shown[]));
      next = typeof body['next'] === 'string' ? body['next'].replace(sut.api.url, '') : undefined;
    }
    return records;
  };

  beforeAll(async () => {
    seed = seedOfRun();
    sut = await ApiFixture.start();
    const first = await sut.node();
    await sut.api.database.query(others, [first, nodeCount]);
    await sut.request('DELETE', `/v1/nodes/${first}`);
    const uuids = (await pagesOf('/v1/nodes?fields=uuid', 'nodes')).map(({ uuid }) => String(uuid));
    attendant = new Attendant(sut.conductor, ({ task }) => ({
      what: 'finished',
      transition: 'done',
      patch: setFields({ 'properties/deployed_by': task }),
    }));
    const began = performance.now();
    crowd = Array.from(
      { length: clients },
      (_, index) => new CrowdClient(sut.api.url, uuids, new SeededRandom(seed + index), `c${index}`),
    );
    await Promise.all(crowd.map((client) => client.live(things)));
    // A command of the last moment may still be on its way.
    await waitFor(
      'everything is at rest',
      async () => {
        const [left] = await sut.api.database.query<{ left: number }>(
          `SELECT ((SELECT count(*) FROM nodes WHERE task IS NOT NULL)
          + (SELECT count(*) FROM allocations WHERE state = 'allocating'))::integer AS left`,
        );
        return left?.left === 0;
      },
      withinMs,
    );
    await attendant.leave();
    tookMs = performance.now() - began;
    effects = crowd.flatMap((client) => client.effects);
    nodes = new Map((await pagesOf('/v1/nodes/detail', 'nodes')).map((node) => [String(node['uuid']), node]));
    allocations = await pagesOf('/v1/allocations', 'allocations');
    console.log(`${Math.round(tookMs)} ms; ${summary()}`);
  }, 120_000);
  afterAll(() => sut.stop());

  const summary = (): string => {
    const counted = new Map<string, number>();
    for (const client of crowd)
      for (const [status, count] of client.statuses) counted.set(`${status}`, (counted.get(`${status}`) ?? 0) + count);
    for (const { kind } of effects) counted.set(kind, (counted.get(kind) ?? 0) + 1);
    return [...counted].map(([name, count]) => `${name}: ${count}`).join(', ');
  };

  const of = (kind: Effect['kind']): Effect[] => effects.filter((effect) => effect.kind === kind);
  const valuesOf = (kind: Effect['kind'], node: string): string[] =>
    of(kind)
      .filter((effect) => effect.node === node)
      .map(({ value }) => value)
      .sort();
  const extraOf = (node: Shown): Record<string, unknown> => node['extra'] as Record<string, unknown>;

  it('end in time, and are answered by success or a conflict', () => {
    expect(tookMs).toBeLessThan(withinMs);
    expect(crowd.flatMap((client) => client.surprises)).toEqual([]);
    for (const kind of ['appended', 'incremented', 'marked', 'port', 'allocation', 'claim', 'deploy', 'trait'] as const)
      expect([kind, of(kind).length > 5]).toEqual([kind, true]);
  });

  it('lose no change: the records hold what was answered with success, and nothing else', async () => {
    expect(nodes.size).toBe(nodeCount);
    for (const [uuid, node] of nodes) {
      const { appended, count, ...marks } = extraOf(node);
      expect([uuid, (appended as string[]).toSorted()]).toEqual([uuid, valuesOf('appended', uuid)]);
      expect([uuid, count]).toEqual([uuid, valuesOf('incremented', uuid).length]);
      expect([uuid, Object.keys(marks).sort()]).toEqual([uuid, valuesOf('marked', uuid)]);
      expect([uuid, node['traits']]).toEqual([uuid, valuesOf('trait', uuid)]);
    }
    const ports = await pagesOf('/v1/ports/detail', 'ports');
    const created = of('port').map(({ node, value }) => `${value} ${node}`);
    expect(ports.map((port) => `${String(port['address'])} ${String(port['node_uuid'])}`).sort()).toEqual(
      created.sort(),
    );
  });

  it('share the nodes: an active allocation has one node, and that node has it', () => {
    expect(allocations.map(({ uuid }) => String(uuid)).sort()).toEqual(
      of('allocation')
        .map(({ value }) => value)
        .sort(),
    );
    const active = allocations.filter(({ state }) => state === 'active');
    expect(active.length).toBeGreaterThan(5);
    expect(allocations.filter(({ state }) => state !== 'active' && state !== 'error')).toEqual([]);
    expect(new Set(active.map((allocation) => allocation['node_uuid'])).size).toBe(active.length);
    const given = new Map(active.map((allocation) => [allocation['node_uuid'], allocation['uuid']]));
    const claimed = new Map(of('claim').map(({ node, value }) => [node, value]));
    expect(claimed.size).toBe(of('claim').length);
    for (const [uuid, node] of nodes) {
      const owners = [given.get(uuid), claimed.get(uuid)].filter((owner) => owner !== undefined);
      expect([uuid, [node['instance_uuid']]]).toEqual([uuid, owners.length === 0 ? [null] : owners]);
      expect([uuid, node['allocation_uuid']]).toEqual([uuid, given.get(uuid) ?? null]);
    }
  });

  it('deploy each node once: one task for each accepted request', () => {
    const deployed = of('deploy').map(({ node }) => node);
    expect(new Set(deployed).size).toBe(deployed.length);
    expect(attendant.taken.map((command) => command.node.uuid).sort()).toEqual(deployed.sort());
    for (const command of attendant.taken)
      expect(nodes.get(command.node.uuid)).toMatchObject({
        provision_state: 'active',
        reservation: null,
        properties: { deployed_by: command.task },
      });
  });

  it('make no dead-lock', async () => {
    const [statistics] = await sut.api.database.query(
      'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(statistics).toEqual({ deadlocks: 0 });
  });
});
