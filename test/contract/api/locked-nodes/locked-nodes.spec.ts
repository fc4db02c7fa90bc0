import type { TaskCommand } from '@bessemer/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../../integration/stack/index.js';
import { type Answer, ApiFixture } from '../api-fixture.js';
import {
  anotherAddress,
  isRouted,
  type LockedRequest,
  lockedRequests,
  ownRule,
  pathOf,
  routePattern,
  type Target,
} from './requests.js';

const waitMs = 1500;
/** What a busy machine may add to the wait. */
const slackMs = 4000;
const readings = ['', '/states', '/traits', '/validate', '/ports', '/explain', '/management/boot_device'];
const mutating = ['POST', 'PUT', 'PATCH', 'DELETE'];

interface Timed extends Answer {
  readonly ms: number;
}

describe('a node that somebody works on', () => {
  let sut: ApiFixture;
  let requests: readonly LockedRequest[];
  beforeAll(async () => {
    sut = await ApiFixture.start({ BESSEMER_NODE_LOCK_WAIT: `${waitMs}ms` });
    requests = lockedRequests.filter((request) => isRouted(sut, request.method, routePattern(request)));
  });
  afterAll(() => sut.stop());

  const target = async (): Promise<Target> => {
    const node = await sut.manageable();
    const port = await sut.request('POST', '/v1/ports', { body: { node_uuid: node, address: anotherAddress() } });
    await sut.request('PUT', `/v1/nodes/${node}/traits`, { body: { traits: ['CUSTOM_A'] } });
    return { node, port: String(port.body['uuid']) };
  };

  const begun = async (node: string, kind: string): Promise<TaskCommand> => {
    const command = await sut.conductor.command(node, kind);
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started' }]);
    await waitFor('the reservation', async () => (await sut.shown(node))['reservation'] === sut.conductor.host);
    return command;
  };

  const lockedByPower = async (node: string): Promise<TaskCommand> => {
    await sut.request('PUT', `/v1/nodes/${node}/states/power`, { body: { target: 'power on' } });
    return begun(node, 'power');
  };

  const lockedByInspection = async (node: string): Promise<TaskCommand> => {
    await sut.verb(node, 'inspect');
    return begun(node, 'inspect');
  };

  const send = async (request: LockedRequest, on: Target): Promise<Timed> => {
    const began = performance.now();
    const body = request.body?.(on);
    const answer = await sut.request(request.method, pathOf(request, on), body === undefined ? {} : { body });
    return { ...answer, ms: performance.now() - began };
  };

  const recordsOf = async ({ node, port }: Target): Promise<unknown> => {
    const paths = [
      `/v1/nodes/${node}`,
      `/v1/nodes/${node}/traits`,
      `/v1/nodes/${node}/ports/detail`,
      `/v1/ports/${port}`,
    ];
    return Promise.all(paths.map(async (path) => (await sut.get(path)).body));
  };

  const lockedAnswer = (node: string): object => ({
    status: 409,
    version: '1.115',
    document: {
      faultcode: 'Client',
      faultstring: `Node ${node} is locked by host ${sut.conductor.host}, please retry after the current operation is completed.`,
      debuginfo: null,
    },
  });

  it.each([
    ['a power change', lockedByPower, () => true],
    ['an inspection', lockedByInspection, (request: LockedRequest) => request.needsStableState !== true],
  ])(
    'keeps changes out while %s runs: 409 after the wait, in the form of the contract, and nothing changes',
    async (_, lock, isMeant) => {
      const on = await target();
      await lock(on.node);
      const before = await recordsOf(on);
      const calls = sut.conductor.calls.length;
      const sent = requests.filter(isMeant);
      const answers = await Promise.all(sent.map(async (request) => [request.name, await send(request, on)] as const));
      const seen = answers.map(([name, { status, headers, body }]) => [
        name,
        {
          status,
          version: headers.get('x-openstack-ironic-api-version'),
          document: typeof body['error_message'] === 'string' ? JSON.parse(body['error_message']) : body,
        },
      ]);
      expect(seen).toEqual(sent.map(({ name }) => [name, lockedAnswer(on.node)]));
      const times = answers.filter(([, { ms }]) => ms < waitMs - 20 || ms > waitMs + slackMs);
      expect(times.map(([name, { ms }]) => [name, ms])).toEqual([]);
      expect(await recordsOf(on)).toEqual(before);
      expect(sut.conductor.calls.slice(calls)).toEqual([]);
    },
  );

  it('is shown and validated at once', async () => {
    const on = await target();
    await lockedByPower(on.node);
    for (const path of readings) {
      const began = performance.now();
      expect([path, (await sut.get(`/v1/nodes/${on.node}${path}`)).status]).toEqual([path, 200]);
      expect(performance.now() - began, path).toBeLessThan(waitMs - 500);
    }
  });

  it('lets a change that waits in when the task ends within the wait', async () => {
    const outcomes = await Promise.all(
      requests.map(async (request) => {
        const on = await target();
        const command = await lockedByPower(on.node);
        let isAnswered = false;
        const answer = send(request, on).finally(() => {
          isAnswered = true;
        });
        await sut.shown(on.node);
        const waited = !isAnswered;
        await sut.conductor.report(command, { what: 'finished' });
        return [request.name, waited, (await answer).status];
      }),
    );
    expect(outcomes).toEqual(requests.map(({ name, success }) => [name, true, success]));
  });

  it('has every route below it that changes something in the table of these tests', () => {
    const known = new Set(lockedRequests.map((request) => `${request.method} ${routePattern(request)}`));
    const routes = sut.api
      .routes()
      .filter(({ pattern }) => pattern.startsWith('/v1/nodes/:node'))
      .flatMap(({ pattern, methods }) =>
        methods.filter((method) => mutating.includes(method)).map((method) => `${method} ${pattern}`),
      );
    expect(routes.length).toBeGreaterThan(15);
    expect(routes.filter((route) => !known.has(route) && !isWithOwnRule(route))).toEqual([]);
  });
});

/** Methods of a vendor may have a path of their own below the route. */
const isWithOwnRule = (route: string): boolean =>
  Object.keys(ownRule).some(
    (known) => route === known || (known.endsWith('vendor_passthru') && route.startsWith(known)),
  );
