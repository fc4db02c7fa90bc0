import { type Fields, type Parameter, type Route, routes } from '@bessemer/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture } from './api-fixture.js';
import { bodyWith, pathWith, queryOf } from './table-samples.js';

const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const statusBelow = { 'not-found': 404, 'no-route': 404, 'no-method': 405, 'not-acceptable': 406 } as const;
const statusOfRefusal = { invalid: 400, 'not-found': 404, 'not-acceptable': 406 } as const;
const version = (minor: number): string => `1.${minor}`;
const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** Bodies of routes that look at the body before the version. */
const lateBodies: Readonly<Record<string, unknown>> = {
  '/v1/events': {
    events: [
      {
        event: 'network.bind_port',
        port_id: '6b8de3a7-93d4-4d5a-b0d1-8f2a4c9e7f10',
        mac_address: '52:54:00:aa:bb:cc',
        status: 'ACTIVE',
      },
    ],
  },
};
const bodyOf = ({ path, method }: Route): object => {
  if (lateBodies[path] !== undefined) return { body: lateBodies[path] };
  return method === 'PATCH' ? { body: [] } : {};
};

const later = routes.filter(({ since = 1 }) => since > 1);

interface ParameterCase {
  readonly route: Route;
  readonly name: string;
  readonly parameter: Parameter;
  readonly since: number;
}
const parameters: readonly ParameterCase[] = routes.flatMap((route) =>
  Object.entries(route.query ?? {}).flatMap(([name, parameter]: [string, Parameter]) =>
    parameter.since !== undefined && parameter.since > (route.since ?? 1)
      ? [{ route, name, parameter, since: parameter.since }]
      : [],
  ),
);

interface MemberCase {
  readonly route: Route;
  readonly members: Fields;
  readonly name: string;
  readonly since: number;
}
const members: readonly MemberCase[] = routes.flatMap((route) => {
  if (route.body === undefined || !('members' in route.body)) return [];
  const { members: table } = route.body;
  return Object.entries(table).flatMap(([name, { since = 1 }]) =>
    since > (route.since ?? 1) ? [{ route, members: table, name, since }] : [],
  );
});

describe('the table of routes', () => {
  let sut: ApiFixture;
  const known: Record<string, string> = {};
  beforeAll(async () => {
    sut = await ApiFixture.start();
    known['node'] = await sut.node();
    const created = async (path: string, body: object): Promise<string> =>
      String((await sut.request('POST', path, { body })).body['uuid']);
    known['chassis'] = await created('/v1/chassis', {});
    known['portgroup'] = await created('/v1/portgroups', { node_uuid: known['node'] });
  });
  afterAll(() => sut.stop());

  /** Only readers meet records: nothing is changed by asking. */
  const ask = (route: Route, minor: number, options: object = {}, query = ''): Promise<Answer> =>
    sut.request(route.method, `${pathWith(route.path, route.method === 'GET' ? known : {})}${query}`, {
      ...bodyOf(route),
      version: version(minor),
      ...options,
    });
  const isRefusedAsLater = ({ fault }: Answer): boolean => /is served from API version/.test(fault);

  it('lists every route that is registered, and no other', () => {
    const registered = sut.api
      .routes()
      .flatMap(({ pattern, methods: own }) =>
        own.filter((method) => methods.has(method)).map((method) => `${method} ${pattern}`),
      );
    expect([...registered].sort()).toEqual(routes.map(nameOf).sort());
  });

  it('says of each later route how it is refused below, and of each route which policy guards it', () => {
    expect(later.filter(({ below }) => below === undefined).map(nameOf)).toEqual([]);
    expect(routes.filter(({ policy }) => !/^(public|baremetal(:\w+){2,3})$/.test(policy)).map(nameOf)).toEqual([]);
  });

  it('links every resource that the version has in the version document, and none that leads nowhere', async () => {
    for (const minor of [1, 21, 22, 23, 31, 32, 48, 49, 51, 52, 53, 54, 81, 82, 83, 84, 95, 96, 115]) {
      const { body } = await sut.get('/v1', version(minor));
      const linked = Object.keys(body).filter((name) => !['id', 'links', 'media_types', 'version'].includes(name));
      const served = routes.filter(
        ({ path, own, since = 1 }) => path.split('/').length > 2 && own !== true && since <= minor,
      );
      expect(linked.sort()).toEqual([...new Set(served.map(({ path }) => path.split('/')[2]))].sort());
    }
  });

  it.each(later.map((route) => [nameOf(route), route] as const))(
    '%s is there from its version on',
    async (_, route) => {
      const { since = 1, also = [], below = 'not-found' } = route;
      for (const minor of [since, ...also]) expect(isRefusedAsLater(await ask(route, minor))).toBe(false);
      const answer = await ask(route, since - 1);
      expect(answer.status).toBe(statusBelow[below]);
      expect(isRefusedAsLater(answer)).toBe(true);
      const form: Record<string, unknown> = JSON.parse(String(answer.body['error_message']));
      expect(form).toHaveProperty(below === 'no-route' || below === 'no-method' ? 'code' : 'faultcode');
    },
  );

  it.each(parameters.map((one) => [`${one.name} of ${nameOf(one.route)}`, one] as const))(
    'takes %s from its version on',
    async (_, { route, name, parameter, since }) => {
      const query = `?${name}=${queryOf(parameter)}`;
      expect((await ask(route, since, {}, query)).fault).not.toMatch(/minimal required API version/);
      const answer = await ask(route, since - 1, {}, query);
      expect(answer.fault).toMatch(/minimal required API version/);
      expect(answer.status).toBe(statusOfRefusal[parameter.below ?? 'not-acceptable']);
    },
  );

  it.each(members.map((one) => [`${one.name} in the body of ${nameOf(one.route)}`, one] as const))(
    'takes %s from its version on',
    async (_, { route, members: table, name, since }) => {
      const body = bodyWith(table, name);
      expect((await ask(route, since, { body })).fault).not.toMatch(/minimal required API version/);
      const answer = await ask(route, since - 1, { body });
      if (table[name]?.below === 'unread') {
        const { [name]: _unread, ...others } = body;
        expect(answer.fault).toBe((await ask(route, since - 1, { body: others })).fault);
        return;
      }
      expect(answer.fault).toMatch(/minimal required API version/);
      expect(answer.status).toBe(table[name]?.below === 'invalid' ? 400 : 406);
    },
  );
});
