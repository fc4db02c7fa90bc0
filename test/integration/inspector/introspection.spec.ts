import { createHash, randomUUID } from 'node:crypto';
import {
  eventDurable,
  eventFilter,
  IntrospectionResult,
  type JsonObject,
  type NodeFields,
  type SnapshotRow,
} from '@bessemer/contracts';
import type { RunningInspector } from '@bessemer/inspector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { inspectionData } from './inspection-data.js';
import { runInspector, token } from './inspector-process.js';
import { NodesOwner } from './nodes-owner.js';
import { exchange, hasRecordings, recordedNode, slidesRules } from './recorded.js';

let stack: TestStack;
let api: NodesOwner;
let inspector: RunningInspector;
const results: IntrospectionResult[] = [];
let machines = 0;

beforeAll(async () => {
  stack = await TestStack.start();
  api = await NodesOwner.start(stack);
  api.putSilently({ name: 'there-before' });
  inspector = await runInspector(stack);
  await api.consumers.consume({
    stream: 'EVENTS',
    durable: eventDurable('api', 'inspector'),
    filter: eventFilter('inspector'),
    type: IntrospectionResult,
    database: api.databaseOfApi,
    handle: async ({ data }) => {
      results.push(data);
    },
  });
});
afterAll(() => stack.stop());

interface Answer {
  status: number;
  headers: Headers;
  body: JsonObject & { error?: { code: string; message: string } };
}

async function call(method: string, path: string, body?: unknown, bearer?: string): Promise<Answer> {
  const response = await fetch(`${inspector.url}${path}`, {
    method,
    headers: { ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

const forward = (body: unknown, nodeUuid?: string) =>
  call('POST', `/internal/continue${nodeUuid ? `?node_uuid=${nodeUuid}` : ''}`, body, token);

const status = async (node: string) => (await call('GET', `/v1/introspection/${node}`)).body;

/** A node that waits for its inspection, as the inspector has heard. */
async function waitingNode(fields: Partial<SnapshotRow & NodeFields> = {}): Promise<SnapshotRow & { mac: string }> {
  machines += 1;
  const mac = `52:54:00:aa:00:${machines.toString(16).padStart(2, '0')}`;
  const row = await api.put({ provision_state: 'inspect wait', task: randomUUID(), macs: [mac], ...fields });
  await waitFor('the introspection is open', async () => (await status(row.uuid)).state === 'waiting');
  return { ...row, mac };
}

describe('the copy of nodes', () => {
  it('holds what was there before and what is heard later, until it is deleted', async () => {
    const before = [...api.rows.values()].find((row) => row.name === 'there-before');
    await inspector.refresh();
    await api.put({ ...before, provision_state: 'inspect wait', task: randomUUID(), revision: undefined });
    await waitFor('the introspection is open', async () => (await status('there-before')).state === 'waiting');
    await api.delete(before?.uuid ?? '');
    await waitFor('the node is gone', async () => (await call('GET', '/v1/introspection/there-before')).status === 404);
  });

  it('finds lost events by comparing', async () => {
    const node = await waitingNode();
    api.putSilently({ uuid: node.uuid, provision_state: 'inspect failed', task: null });
    await inspector.refresh();
    expect(await status(node.uuid)).toMatchObject({ state: 'error', finished: true });
    api.rows.delete(node.uuid);
    await inspector.refresh();
    expect(await call('GET', `/v1/introspection/${node.uuid}`)).toMatchObject({ status: 404 });
  });

  it('is built from pages as small as they have to be', async () => {
    const bmc_addresses = Array.from({ length: 4000 }, (_, index) => `2001:db8::${index}`);
    const rows = Array.from({ length: 12 }, (_, index) => api.putSilently({ name: `large-${index}`, bmc_addresses }));
    await inspector.refresh();
    const { uuid } = api.putSilently({ ...rows[11], provision_state: 'inspect wait', task: randomUUID() });
    await inspector.refresh();
    expect(await status('large-11')).toMatchObject({ uuid, state: 'waiting' });
    for (const row of rows) api.rows.delete(row.uuid);
    await inspector.refresh();
  });

  it('hears of several nodes in one message, and of one of them twice', async () => {
    const [one, other] = [api.putSilently({ name: 'one' }), api.putSilently({ name: 'other' })];
    const state = { provision_state: 'inspect wait', task: randomUUID() };
    const changed = [one, other, { ...one, ...state, name: 'one-again', revision: 2 }];
    await api.tell({ changed, deleted: [] });
    await waitFor('the introspection is open', async () => (await status('one-again')).state === 'waiting');
  });

  it('does not take a node back whose creation it hears of after its deletion', async () => {
    const { uuid, incarnation } = api.putSilently({ name: 'short-lived' });
    const state = { provision_state: 'inspect wait', task: randomUUID() };
    const waiting = api.putSilently({ uuid, ...state });
    api.rows.delete(uuid);
    await api.tell({ changed: [], deleted: [{ uuid, incarnation, revision: 3 }] });
    await api.tell({ changed: [waiting], deleted: [] });
    const next = await waitingNode();
    await waitFor('a later message', async () => (await status(next.uuid)).state === 'waiting');
    expect(await call('GET', `/v1/introspection/${uuid}`)).toMatchObject({ status: 404 });
  });

  it('takes a node that bears the UUID of a deleted one', async () => {
    const node = await waitingNode();
    await api.put({ uuid: node.uuid });
    await api.delete(node.uuid);
    await api.put({ uuid: node.uuid, name: 'born-again', provision_state: 'inspect wait', task: randomUUID() });
    await waitFor('the introspection is open', async () => (await status('born-again')).state === 'waiting');
  });
});

describe('an inventory that a conductor has learned', () => {
  const inventory = { interfaces: [{ mac_address: '52:54:00:bb:00:01' }], cpu: { count: 4 } };
  const store = (node: string, task: string, body: unknown, bearer: string | undefined = token) =>
    call('PUT', `/internal/inventory/${node}?task=${task}`, body, bearer);

  it("is the node's inventory and an introspection that has ended well, once for each task", async () => {
    const { uuid } = await api.put({ provision_state: 'inspecting', task: randomUUID() });
    const task = randomUUID();
    expect(await store(uuid, task, { inventory, plugin_data: { found: 1 } })).toMatchObject({ status: 204 });
    expect(await store(uuid, task, { inventory: {}, plugin_data: {} })).toMatchObject({ status: 204 });
    const shown = async () => (await call('GET', `/internal/inventory/${uuid}`, undefined, token)).body;
    expect(await shown()).toEqual({ inventory, plugin_data: { found: 1 } });
    await waitFor('the copy of the node', async () => (await status(uuid)).state === 'finished');
    await store(uuid, randomUUID(), { inventory: { cpu: { count: 8 } }, plugin_data: {} });
    expect(await shown()).toEqual({ inventory: { cpu: { count: 8 } }, plugin_data: {} });
  });

  it.each<[string, unknown, string, string | undefined, number]>([
    ['without an inventory', { plugin_data: {} }, randomUUID(), token, 400],
    ['that is no JSON', 'inventory', randomUUID(), token, 400],
    ['of no task', { inventory, plugin_data: {} }, 'x', token, 400],
    ['from a stranger', { inventory, plugin_data: {} }, randomUUID(), 'guess', 401],
  ])('is not kept %s', async (_name, body, task, bearer, expected) => {
    const { uuid } = await api.put({ provision_state: 'inspecting', task: randomUUID() });
    expect((await store(uuid, task, body, bearer)).status).toBe(expected);
    expect((await call('GET', `/internal/inventory/${uuid}`, undefined, token)).status).toBe(404);
  });
});

describe('a call-back', () => {
  it('gives the conductor a patch, the inventory by reference, and the client its data', async () => {
    const node = await waitingNode({ properties: { capabilities: 'profile:x' } });
    const data = inspectionData(node);
    const answer = await forward(data, node.uuid);
    expect(answer).toMatchObject({ status: 200, body: { node: node.uuid } });
    const result = await waitFor('the result', () => results.find((item) => item.node === node.uuid));
    expect(result).toMatchObject({
      introspection: answer.body.introspection,
      state: 'finished',
      error: null,
      discovered: false,
      patch: {
        fields: [
          { op: 'set', path: '/properties/cpu_arch', value: 'x86_64' },
          { op: 'set', path: '/properties/cpus', value: '16' },
          { op: 'set', path: '/properties/memory_mb', value: '65536' },
          { op: 'set', path: '/properties/local_gb', value: '464' },
          { op: 'set', path: '/properties/capabilities', value: 'profile:x,boot_mode:uefi' },
          { op: 'set', path: '/properties/capabilities', value: 'profile:x,boot_mode:uefi,cpu_vt:true' },
        ],
        ports: [{ address: node.mac, pxe_enabled: true }],
      },
    });
    const reference = result.inventory;
    const blob = await fetch(reference?.ref ?? '', { headers: { authorization: `Bearer ${token}` } });
    const text = await blob.text();
    expect(createHash('sha256').update(text).digest('hex')).toBe(reference?.sha256);
    expect(Buffer.byteLength(text)).toBe(reference?.size);
    expect(JSON.parse(text)).toMatchObject({ inventory: data.inventory, plugin_data: { memory_mb: 65536 } });
    expect(text).not.toContain('bG9ncw');
    expect(await status(node.uuid)).toMatchObject({ state: 'finished', error: null, uuid: node.uuid });
    expect((await call('GET', `/v1/introspection/${node.uuid}/data`)).body).toMatchObject({ macs: [node.mac] });
  });

  it('that comes twice has one effect and gets one answer', async () => {
    const node = await waitingNode();
    const answers = await Promise.all([1, 2, 3].map(() => forward(inspectionData(node))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    await waitFor('the result', () => results.some((item) => item.node === node.uuid));
    const marker = await waitingNode();
    await forward(inspectionData(marker));
    await waitFor('a later result', () => results.some((item) => item.node === marker.uuid));
    expect(results.filter((item) => item.node === node.uuid)).toHaveLength(1);
    expect(await forward({ ...inspectionData(node), changed: true })).toMatchObject({ status: 404 });
  });

  it('that reaches two inspectors at once has one effect', async () => {
    const second = await runInspector(stack);
    const node = await waitingNode();
    const body = JSON.stringify(inspectionData(node));
    const send = async (url: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${url}/internal/continue`, { method: 'POST', headers, body })).json();
    };
    const answers = await Promise.all([inspector.url, second.url, inspector.url, second.url].map(send));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const marker = await waitingNode();
    await forward(inspectionData(marker));
    await waitFor('a later result', () => results.some((item) => item.node === marker.uuid));
    expect(results.filter((item) => item.node === node.uuid)).toHaveLength(1);
  });

  it('that overtakes the event of the wait is understood', async () => {
    const mac = '52:54:00:bb:00:01';
    const node = api.putSilently({ provision_state: 'inspecting', task: randomUUID(), macs: [mac] });
    const taken = await waitFor('it is understood', async () => {
      const answer = await forward(inspectionData({ mac }));
      return answer.status === 200 && answer;
    });
    expect(taken.body.node).toBe(node.uuid);
  });

  it('of a machine that reports an error fails the introspection', async () => {
    const node = await waitingNode();
    const answer = await forward({ ...inspectionData(node), error: 'the ramdisk exploded' });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } });
    const result = await waitFor('the result', () => results.find((item) => item.node === node.uuid));
    expect(result).toMatchObject({ state: 'error', error: expect.stringContaining('the ramdisk exploded') });
    expect(result.patch).toBeUndefined();
  });

  it.each<[string, () => Promise<{ data: unknown; node?: string }>, number, string]>([
    ['of an unknown machine', async () => ({ data: inspectionData({ mac: '52:54:00:ff:00:01' }) }), 404, 'not-found'],
    [
      'of a machine that waits for nothing',
      async () => ({ data: inspectionData({ mac: (await api.put({ macs: ['52:54:00:ff:00:02'] })).macs[0] ?? '' }) }),
      404,
      'not-found',
    ],
    [
      'that fits two machines',
      async () => ({ data: inspectionData(await waitingNode()), node: (await waitingNode()).uuid }),
      409,
      'conflict',
    ],
    ['that is no object', async () => ({ data: [] }), 400, 'invalid'],
    ['that is no JSON', async () => ({ data: 'zz' }), 400, 'invalid'],
    ['that is nested deeply', async () => ({ data: '['.repeat(1e6) + ']'.repeat(1e6) }), 400, 'invalid'],
    ['for a malformed UUID', async () => ({ data: {}, node: 'zz' }), 400, 'invalid'],
    ['that is too large', async () => ({ data: `{"a":"${'x'.repeat(17 * 1024 * 1024)}"}` }), 413, 'too-large'],
  ])('%s is refused', async (_, given, expectedStatus, code) => {
    const { data, node } = await given();
    expect(await forward(data, node)).toMatchObject({ status: expectedStatus, body: { error: { code } } });
  });

  it('passes the public endpoint, where anything wrong is 400', async () => {
    const node = await waitingNode();
    expect(await call('POST', '/v1/continue', inspectionData(node))).toMatchObject({
      status: 200,
      body: { uuid: node.uuid },
    });
    expect(await call('POST', '/v1/continue', {})).toMatchObject({ status: 400 });
  });

  it.each(['/v1/continue', '/v1/continue/', '/v1/continue?a=b'])('may be of several MiB at %s', async (path) => {
    const node = await waitingNode();
    const data = { ...inspectionData(node), logs: 'x'.repeat(3 * 1024 * 1024) };
    expect(await call('POST', path, data)).toMatchObject({ status: 200, body: { uuid: node.uuid } });
  });

  it('is refused where it is no inspection data, whatever the query says', async () => {
    const rule = { description: 'x'.repeat(3 * 1024 * 1024), actions: [] };
    expect(await call('POST', '/v1/rules?of=/continue', rule)).toMatchObject({ status: 413 });
  });

  it('passes the public endpoint so many times a minute; then it is told when to come again', async () => {
    const limited = await runInspector(stack, {
      BESSEMER_INSPECTION_CALLBACKS_PER_MINUTE: '3',
      BESSEMER_INSPECTOR_TRUSTED_PROXIES: '127.0.0.0/8',
    });
    const send = (path: string, from?: string) =>
      fetch(`${limited.url}${path}`, {
        method: 'POST',
        body: '{}',
        headers: { authorization: `Bearer ${token}`, ...(from === undefined ? {} : { 'x-forwarded-for': from }) },
      });
    const statuses: number[] = [];
    for (const _ of [1, 2, 3]) statuses.push((await send('/v1/continue')).status);
    expect(statuses).toEqual([400, 400, 400]);
    expect((await send('/v1/%63ontinue')).status).toBe(429);
    const refused = await send('/v1/continue/');
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { error: { message: expect.stringContaining('Too many call-backs from this address; try again in') } },
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send('/v1/continue', '192.0.2.1')).status).toBe(400);
    expect((await send('/internal/continue')).status).toBe(404);
  });

  it.each([undefined, 'another-token'])('passes the internal endpoints only with the bearer: %s', async (bearer) => {
    expect(await call('POST', '/internal/continue', {}, bearer)).toMatchObject({ status: 401 });
    expect(await call('GET', `/internal/inventory/${randomUUID()}`, undefined, bearer)).toMatchObject({ status: 401 });
  });
});

describe('an introspection that never gets data', () => {
  it.each([
    ['inspect failed', 'error'],
    ['manageable', 'finished'],
  ])('ends when its node comes to %s: %s', async (provision_state, expected) => {
    const node = await waitingNode();
    await api.put({ uuid: node.uuid, provision_state, task: null });
    await waitFor('it has ended', async () => (await status(node.uuid)).state === expected);
  });
});

describe.runIf(hasRecordings)("the slides' rules", () => {
  it('tag a machine, and refuse a small one by name', async () => {
    for (const rule of slidesRules()) expect(await call('POST', '/v1/rules', rule)).toMatchObject({ status: 201 });
    const large = await waitingNode();
    await forward(inspectionData(large));
    const tagged = await waitFor('the result', () => results.find((item) => item.node === large.uuid));
    expect(tagged.patch?.fields?.at(-1)).toEqual({
      op: 'set',
      path: '/properties/capabilities',
      value: 'boot_mode:uefi,cpu_vt:true,compute_profile:1,control_profile:1',
      rule: 'Assign possible profiles for compute and controller',
    });
    const small = await waitingNode();
    expect(await forward(inspectionData({ ...small, memoryMb: 2048 }))).toMatchObject({ status: 400 });
    const refused = await waitFor('the result', () => results.find((item) => item.node === small.uuid));
    expect(refused.error).toBe(
      'Memory too low, expected at least 4 GiB (rule "Fail introspection for unexpected nodes")',
    );
    expect(await status(small.uuid)).toMatchObject({ state: 'error', error: refused.error });
    const tried = await call('POST', `/internal/dry-run/${small.uuid}`, { rules: [] }, token);
    expect(tried).toMatchObject({ status: 200, body: { error: null, rules: [] } });
    const again = await call('POST', `/internal/dry-run/${small.uuid}`, undefined, token);
    expect(again.body).toMatchObject({ error: refused.error });
    expect(await call('DELETE', '/v1/rules')).toMatchObject({ status: 204 });
  });
});

describe.runIf(hasRecordings)('a recorded machine', () => {
  it.each([
    ['after-introspection', '0023-insp-continue', []],
    [
      'after-rules',
      '0057-insp-continue-rules-apply',
      [
        '0037-insp-rule-create-0',
        '0038-insp-rule-create-1',
        '0048-insp-rule-no-conditions-key',
        '0049-insp-rule-create-1-5-200',
        '0050-insp-rule-scope',
        '0051-insp-rule-node-field',
      ],
    ],
  ])('gets the properties, extra and traits that the original wrote: %s', async (recording, call_back, rules) => {
    for (const rule of rules) await call('POST', '/v1/rules', exchange(rule).request.body);
    const { body } = exchange(call_back).request;
    const boot = String(body?.boot_interface).slice(3).replaceAll('-', ':');
    const node = await waitingNode({ driver: 'fake-hardware', macs: [boot] });
    await forward(body, node.uuid);
    const { patch } = await waitFor('the result', () => results.find((item) => item.node === node.uuid));
    const written: JsonObject = { properties: {}, extra: {} };
    for (const { path, value } of patch?.fields ?? []) {
      const [, field = '', key = ''] = path.split('/');
      written[field] = { ...(written[field] as JsonObject), [key]: value ?? null };
    }
    const { properties, extra, traits } = recordedNode(recording);
    expect(written).toEqual({ properties, extra });
    expect(patch?.addTraits ?? []).toEqual(traits);
    expect(patch?.ports).toEqual([{ address: boot, pxe_enabled: true }]);
    await call('DELETE', '/v1/rules');
  });
});
