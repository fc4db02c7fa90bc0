import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from '../api-fixture.js';
import { pagesTouched, StatementLog } from './statement-log.js';

const nodes = 100_000;
const limit = 1000;
const lastPage = nodes / limit;
/** Of a list that reads all nodes, for the least of its pages. */
const mostTouched = 15_000;

/** Nodes as a fleet has them: enrolled in groups of ten, with secrets, properties and a few traits. */
const fleet = [
  `INSERT INTO nodes (uuid, created_at, updated_at, name, driver, driver_info, properties, instance_info, extra, power_state,
     provision_state, resource_class, conductor_group, instance_uuid, owner, network_data)
   SELECT gen_random_uuid(), timestamptz '2026-01-01' + (n / 10) * interval '1 minute', now(), 'node-' || md5(n::text),
     'fake-hardware',
     jsonb_build_object('redfish_address', 'https://192.0.2.' || n % 250, 'redfish_username', 'operator',
       'redfish_password', jsonb_build_object('kid', 'k1', '$sealed', repeat(md5(n::text), 5))),
     jsonb_build_object('cpu_arch', 'x86_64', 'memory_mb', 262144, 'local_gb', 960, 'serial_number', md5('serial' || n)),
     jsonb_build_object('image_source', 'http://192.0.2.9/image.qcow2', 'image_checksum', md5('image' || n % 7)),
     jsonb_build_object('rack', n / 40, 'unit', n % 40), CASE n % 3 WHEN 0 THEN 'power off' ELSE 'power on' END,
     CASE n % 4 WHEN 0 THEN 'available' ELSE 'active' END, 'class-' || n % 5, '',
     CASE n % 4 WHEN 0 THEN NULL ELSE gen_random_uuid() END, CASE n % 2 WHEN 0 THEN 'team-' || n % 30 END, '{}'
   FROM generate_series(1, $1::integer) AS n`,
  `INSERT INTO node_traits (node_uuid, trait)
   SELECT uuid, trait FROM nodes, (VALUES ('CUSTOM_GOLD'), ('HW_CPU_X86_VMX')) AS traits (trait) WHERE $1::integer > 0`,
];

describe('pages of a hundred thousand nodes', () => {
  let sut: ApiFixture;
  let log: StatementLog;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    for (const statement of fleet) await sut.api.database.query(statement, [nodes]);
    // What autovacuum does by itself after a while.
    for (const table of ['nodes', 'node_traits']) await sut.api.database.query(`VACUUM ANALYZE ${table}`);
    log = new StatementLog(sut.api.database);
  }, 120_000);
  afterAll(() => sut.stop());

  /** The UUIDs of each page of the list in this order. */
  const walk = async (order: string): Promise<string[][]> => {
    const pages: string[][] = [];
    let path: string | undefined = `/v1/nodes?fields=uuid&limit=${limit}${order}`;
    while (path !== undefined) {
      const { body } = await sut.get(path);
      pages.push((body['nodes'] as { uuid: string }[]).map(({ uuid }) => uuid));
      path = typeof body['next'] === 'string' ? body['next'].replace(sut.api.url, '') : undefined;
    }
    return pages;
  };

  /** What the statements of the request for a page of all details touch; the page after the marker. */
  const cost = async (order: string, marker: string | undefined): Promise<number> => {
    const path = `/v1/nodes/detail?limit=${limit}${order}${marker === undefined ? '' : `&marker=${marker}`}`;
    const statements = await log.during([limit, marker], async () => {
      const { body } = await sut.get(path);
      expect(body['nodes']).toHaveLength(limit);
    });
    const [statement, ...others] = statements;
    if (statement === undefined || others.length > 0) throw new Error(`the list took ${statements.length} statements`);
    return await pagesTouched(sut.api.database, statement);
  };

  it.each([
    ['the default order', ''],
    ['the time of creation', '&sort_key=created_at'],
    ['the time of creation, newest first', '&sort_key=created_at&sort_dir=desc'],
  ])(
    'each node stands on one page, and the last page costs what the first costs, by %s',
    async (_, order) => {
      const pages = await walk(order);
      expect(pages.flat()).toHaveLength(nodes);
      expect(new Set(pages.flat()).size).toBe(nodes);
      const first = await cost(order, undefined);
      const last = await cost(order, pages[lastPage - 2]?.at(-1));
      console.log(`pages touched: ${first} for page 1, ${last} for page ${lastPage}`);
      expect(Math.abs(last - first) / first).toBeLessThan(0.2);
    },
    120_000,
  );

  it.each([
    ['the name', '&sort_key=name'],
    ['the name, backwards', '&sort_key=name&sort_dir=desc'],
    ['the owner, which half of them have', '&sort_key=owner'],
    ['the owner, backwards', '&sort_key=owner&sort_dir=desc'],
  ])(
    'each node stands on one page, and no page is looked for among all nodes, by a value that may be missing: %s',
    async (_, order) => {
      const pages = await walk(order);
      expect(new Set(pages.flat()).size).toBe(nodes);
      for (const page of [1, 2, lastPage / 2, lastPage])
        expect([page, (await cost(order, pages[page - 2]?.at(-1))) < mostTouched]).toEqual([page, true]);
    },
    120_000,
  );
});
