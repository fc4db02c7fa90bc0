import { type BenchFleet, type BenchNode, heartbeatOf, newNode, type WaitingNode } from './nodes.js';

/** The page of the lists that are measured. */
const pageSize = 1000;

/** A request of a measurement. */
export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
}

/** What is to be reached: so many requests a second, or half of the answers within so many milliseconds. */
export interface Goal {
  readonly unit: 'req/s' | 'ms p50';
  readonly target: number;
  /** What Ironic 21.4 reached on the same machine; undefined where it was not measured. */
  readonly ironic?: string;
}

/** One kind of request that is measured. */
export interface Measurement {
  readonly name: string;
  readonly title: string;
  /** Undefined for what only serves to compare with. */
  readonly goal?: Goal;
  /** The status of every answer. */
  readonly status: number;
  /** Whether it is sent over one connection, one request after another, whatever was asked for. */
  readonly oneByOne?: boolean;
  /** Makes the next request; each differs as those of real clients do. */
  next(): BenchRequest;
  /** What is wrong with the answer to `request`; null when it is what was measured for. */
  problemOf(request: BenchRequest, body: Record<string, unknown>): string | null;
}

const get = (path: string): BenchRequest => ({ method: 'GET', path });
const pathOf = (node: BenchNode): string => `/v1/nodes/${node.uuid}`;
const unless = (holds: boolean, problem: string): string | null => (holds ? null : problem);

/** Every measurement in the order in which they run: those that only read come first, creations last. */
export function measurementsOf(fleet: BenchFleet): readonly Measurement[] {
  return [rootOf(), getOf(fleet), ...listsOf(fleet), lookupOf(fleet), heartbeatsOf(fleet), patchOf(fleet), createOf()];
}

function rootOf(): Measurement {
  return {
    name: 'root',
    title: 'GET /v1 (no record)',
    status: 200,
    next: () => get('/v1'),
    problemOf: (_, body) => unless(body['id'] === 'v1', 'it is not the root of the API'),
  };
}

function getOf({ nodes }: BenchFleet): Measurement {
  return {
    name: 'get',
    title: 'GET node by UUID',
    goal: { unit: 'req/s', target: 6000, ironic: '314/s' },
    status: 200,
    next: () => get(pathOf(randomOf(nodes))),
    problemOf: ({ path }, { uuid }) => unless(path.endsWith(String(uuid)), 'it is not the node asked for'),
  };
}

function listsOf({ nodes }: BenchFleet): Measurement[] {
  const list = { status: 200, oneByOne: true };
  const isPage = (_: BenchRequest, { nodes: page }: Record<string, unknown>): string | null => {
    const expected = Math.min(pageSize, nodes.length);
    return unless(Array.isArray(page) && page.length === expected, `it does not list ${expected} nodes`);
  };
  const deep = nodes[nodes.length - pageSize - 1];
  const marker = deep === undefined ? '' : `&marker=${deep.uuid}`;
  return [
    {
      ...list,
      name: 'list',
      title: 'GET plain list of 1000',
      goal: { unit: 'ms p50', target: 8, ironic: '132 ms' },
      next: () => get(`/v1/nodes?limit=${pageSize}`),
      problemOf: isPage,
    },
    {
      ...list,
      name: 'detail',
      title: 'GET detail list of 1000, first page',
      goal: { unit: 'ms p50', target: 40, ironic: '258 ms' },
      next: () => get(`/v1/nodes/detail?limit=${pageSize}`),
      problemOf: isPage,
    },
    {
      ...list,
      name: 'deep',
      title: 'GET detail list of 1000, last page',
      goal: { unit: 'ms p50', target: 40 },
      next: () => get(`/v1/nodes/detail?limit=${pageSize}${marker}`),
      problemOf: isPage,
    },
  ];
}

function lookupOf({ waiting }: BenchFleet): Measurement {
  const next = oneAfterAnother(waiting);
  return {
    name: 'lookup',
    title: 'GET look-up by MAC',
    goal: { unit: 'req/s', target: 3000, ironic: '117/s' },
    status: 200,
    next: () => get(`/v1/lookup?addresses=${next().address}`),
    problemOf: ({ path }, body) => {
      const { uuid } = (body['node'] ?? {}) as Record<string, unknown>;
      const wanted = waiting.find(({ address }) => path.endsWith(address));
      return unless(uuid !== undefined && uuid === wanted?.uuid, 'it is not the node of the MAC address');
    },
  };
}

function heartbeatsOf({ waiting }: BenchFleet): Measurement {
  const next = oneAfterAnother(waiting);
  return {
    name: 'heartbeat',
    title: 'POST heartbeat',
    goal: { unit: 'req/s', target: 3000, ironic: '122/s, half refused' },
    status: 202,
    next: () => beatOf(next()),
    problemOf: () => null,
  };
}

const beatOf = (agent: WaitingNode): BenchRequest => ({
  method: 'POST',
  path: `/v1/heartbeat/${agent.uuid}`,
  body: heartbeatOf(agent),
});

function patchOf({ idle }: BenchFleet): Measurement {
  let value = 0;
  return {
    name: 'patch',
    title: 'PATCH node, a member of extra',
    goal: { unit: 'req/s', target: 1500 },
    status: 200,
    next: () => ({
      method: 'PATCH',
      path: pathOf(randomOf(idle)),
      body: [{ op: 'add', path: '/extra/bench', value: ++value }],
    }),
    problemOf: (_, body) => {
      const { bench } = (body['extra'] ?? {}) as Record<string, unknown>;
      return unless(bench === value, 'its extra does not hold the value');
    },
  };
}

function createOf(): Measurement {
  let index = 0;
  return {
    name: 'create',
    title: 'POST create node',
    goal: { unit: 'req/s', target: 1500, ironic: '156/s' },
    status: 201,
    next: () => {
      index += 1;
      return { method: 'POST', path: '/v1/nodes', body: newNode(`bench-new-${index}`, index) };
    },
    problemOf: (_, { name }) => unless(name === `bench-new-${index}`, 'it is not the node that was created'),
  };
}

function randomOf<T>(all: readonly T[]): T {
  return required(all[Math.floor(Math.random() * all.length)]);
}

/** Goes round: no agent speaks again before the others have. */
function oneAfterAnother<T>(all: readonly T[]): () => T {
  let index = 0;
  return () => required(all[index++ % all.length]);
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there are too few nodes to measure with');
  return value;
}
