import { randomUUID } from 'node:crypto';
import type { ApiFixture } from './api-fixture.js';
import { anotherAddress, lockedRequests, pathOf, routePattern } from './locked-nodes/requests.js';

/** A request that changes a record, on a record of its own. */
export interface ChangeCase {
  readonly method: string;
  /** The pattern of its route. */
  readonly pattern: string;
  /** Makes what the request needs. */
  readonly prepare: (sut: ApiFixture) => Promise<PreparedChange>;
}

/** A request, and the record that it is meant for. */
export interface PreparedChange {
  readonly path: string;
  readonly body?: unknown;
  /** The path that shows the record. */
  readonly record: string;
  /** The status without `If-Match`. */
  readonly success: number;
}

/** Routes by which a record may be changed and which take no `If-Match`, and why. */
export const withoutRevision: Readonly<Record<string, string>> = {
  'PATCH /v1/inspection_rules/:rule': 'rules are kept by the inspector, and held where it runs',
  'DELETE /v1/inspection_rules/:rule': 'rules are kept by the inspector, and held where it runs',
  'PUT /v1/drivers/:driver/vendor_passthru': 'a driver is no record',
  'PATCH /v1/drivers/:driver/vendor_passthru': 'a driver is no record',
  'DELETE /v1/drivers/:driver/vendor_passthru': 'a driver is no record',
  'PUT /v1/drivers/:driver/vendor_passthru/:method': 'a driver is no record',
  'PATCH /v1/drivers/:driver/vendor_passthru/:method': 'a driver is no record',
  'DELETE /v1/drivers/:driver/vendor_passthru/:method': 'a driver is no record',
};

const extraPatch = [{ op: 'add', path: '/extra/changed', value: 1 }];
let names = 0;
const anotherName = (): string => `CUSTOM_N${++names}`;

async function created(sut: ApiFixture, path: string, body: object): Promise<string> {
  const answer = await sut.request('POST', path, { body });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
  return `${path}/${String(answer.body['uuid'])}`;
}

async function machine(sut: ApiFixture): Promise<{ node: string; port: string; record: string }> {
  const node = await sut.manageable();
  const port = await created(sut, '/v1/ports', { node_uuid: node, address: anotherAddress() });
  await sut.request('PUT', `/v1/nodes/${node}/traits`, { body: { traits: ['CUSTOM_A'] } });
  return { node, port: port.replace('/v1/ports/', ''), record: `/v1/nodes/${node}` };
}

/** Patch and removal of a noun whose records are made by one request. */
function recordCases(pattern: string, make: (sut: ApiFixture) => Promise<string>, body: unknown): ChangeCase[] {
  const prepared = async (sut: ApiFixture, success: number, more: object): Promise<PreparedChange> => {
    const record = await make(sut);
    return { path: record, record, success, ...more };
  };
  return [
    { method: 'PATCH', pattern, prepare: (sut) => prepared(sut, 200, { body }) },
    { method: 'DELETE', pattern, prepare: (sut) => prepared(sut, 204, {}) },
  ];
}

const ofNode = (path: string, body: object) => async (sut: ApiFixture) =>
  created(sut, path, { ...body, node_uuid: (await machine(sut)).node });
const runbook = async (sut: ApiFixture): Promise<string> => {
  const record = await created(sut, '/v1/runbooks', {
    name: anotherName(),
    steps: [{ interface: 'raid', step: 'delete_configuration', args: {}, order: 1 }],
  });
  await sut.request('PUT', `${record}/traits`, { body: { traits: ['CUSTOM_A'] } });
  return record;
};

const onRunbook = (method: string, path: string, body?: unknown): ChangeCase => ({
  method,
  pattern: `/v1/runbooks/:runbook${path.replace(/CUSTOM_[AB]/, ':trait')}`,
  prepare: async (sut) => {
    const record = await runbook(sut);
    return { path: `${record}${path}`, record, success: 204, ...(body === undefined ? {} : { body }) };
  },
});

const onNode = (
  method: string,
  path: string,
  success: number,
  more: { pattern?: string; body?: unknown; prepare?: (sut: ApiFixture, record: string) => Promise<unknown> } = {},
): ChangeCase => ({
  method,
  pattern: more.pattern ?? `/v1/nodes/:node${path}`,
  prepare: async (sut) => {
    const { record } = await machine(sut);
    await more.prepare?.(sut, record);
    return { path: `${record}${path}`, record, success, ...(more.body === undefined ? {} : { body: more.body }) };
  },
});

const lockedCases = lockedRequests
  .filter(({ method, pattern }) => method !== 'POST' && pattern.startsWith('/v1/nodes/:node'))
  .map(
    (request): ChangeCase => ({
      method: request.method,
      pattern: routePattern(request),
      prepare: async (sut) => {
        const target = await machine(sut);
        const { body, success } = request;
        return {
          path: pathOf(request, target),
          record: target.record,
          success,
          ...(body === undefined ? {} : { body: body(target) }),
        };
      },
    }),
  );

const allocated = async (sut: ApiFixture): Promise<{ node: string; record: string }> => {
  const node = await sut.node();
  await sut.api.database.query("UPDATE nodes SET provision_state = 'active' WHERE uuid = $1", [node]);
  const record = await created(sut, '/v1/allocations', { node, resource_class: 'a-class' });
  await sut.api.database.query("UPDATE nodes SET provision_state = 'available' WHERE uuid = $1", [node]);
  return { node, record };
};

const vendorCases = ['PUT', 'PATCH', 'DELETE'].flatMap((method): ChangeCase[] => [
  onNode(method, '/vendor_passthru?method=none', 400, { pattern: '/v1/nodes/:node/vendor_passthru' }),
  onNode(method, '/vendor_passthru/none', 400, { pattern: '/v1/nodes/:node/vendor_passthru/:method' }),
]);

/** Every request that changes one record. */
export const changeCases: readonly ChangeCase[] = [
  ...lockedCases,
  ...vendorCases,
  onNode('DELETE', '/vifs/vif-1', 204, {
    pattern: '/v1/nodes/:node/vifs/:vif',
    prepare: (sut, record) => sut.request('POST', `${record}/vifs`, { body: { id: 'vif-1' } }),
  }),
  ...['PATCH', 'DELETE'].map(
    (method): ChangeCase => ({
      method,
      pattern: '/v1/nodes',
      prepare: async (sut) => {
        const { node, record } = await machine(sut);
        const path = `/v1/nodes?node_ident=${node}`;
        return method === 'PATCH' ? { path, record, success: 200, body: extraPatch } : { path, record, success: 204 };
      },
    }),
  ),
  {
    method: 'DELETE',
    pattern: '/v1/nodes/:node/allocation',
    prepare: async (sut) => {
      const path = `/v1/nodes/${(await allocated(sut)).node}/allocation`;
      return { path, record: path, success: 204 };
    },
  },
  ...recordCases('/v1/allocations/:allocation', async (sut) => (await allocated(sut)).record, extraPatch),
  ...recordCases('/v1/chassis/:chassis', (sut) => created(sut, '/v1/chassis', {}), extraPatch),
  ...recordCases('/v1/ports/:port', async (sut) => `/v1/ports/${(await machine(sut)).port}`, extraPatch),
  ...recordCases('/v1/portgroups/:portgroup', ofNode('/v1/portgroups', {}), extraPatch),
  ...recordCases(
    '/v1/volume/connectors/:connector',
    async (sut) => ofNode('/v1/volume/connectors', { type: 'iqn', connector_id: randomUUID() })(sut),
    extraPatch,
  ),
  ...recordCases(
    '/v1/volume/targets/:target',
    ofNode('/v1/volume/targets', { volume_type: 'iscsi', boot_index: 0, volume_id: 'a-volume' }),
    extraPatch,
  ),
  ...recordCases(
    '/v1/deploy_templates/:template',
    (sut) =>
      created(sut, '/v1/deploy_templates', {
        name: anotherName(),
        steps: [{ interface: 'raid', step: 'delete_configuration', args: {}, priority: 1 }],
      }),
    extraPatch,
  ),
  ...recordCases('/v1/runbooks/:runbook', runbook, extraPatch),
  onRunbook('PUT', '/traits', { traits: ['CUSTOM_B'] }),
  onRunbook('PUT', '/traits/CUSTOM_B'),
  onRunbook('DELETE', '/traits'),
  onRunbook('DELETE', '/traits/CUSTOM_A'),
];
