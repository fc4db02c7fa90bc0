import type { ApiFixture } from '../api-fixture.js';

/** What a request may name: a node, and a port, a trait and other things of it. */
export interface Target {
  readonly node: string;
  readonly port: string;
}

/** A request that needs a node for itself. */
export interface LockedRequest {
  readonly name: string;
  readonly method: string;
  /** The pattern of its route. */
  readonly pattern: string;
  readonly body?: (target: Target) => unknown;
  /** Its status when the node is free. */
  readonly success: number;
  /** Whether it is refused at once in a state that passes, whoever works on the node (reference: api.md §2.4). */
  readonly needsStableState?: boolean;
}

const on = (
  name: string,
  method: string,
  path: string,
  success: number,
  body?: (target: Target) => unknown,
): LockedRequest => ({ name, method, pattern: `/v1/nodes/:node${path}`, success, body });

/** What Ironic refuses while a node is locked (reference: states.md §8, each change takes the node's exclusive lock). */
export const lockedRequests: readonly LockedRequest[] = [
  on('patch', 'PATCH', '', 200, () => [{ op: 'add', path: '/extra/locked', value: 1 }]),
  on('provision', 'PUT', '/states/provision', 202, () => ({ target: 'provide' })),
  on('power', 'PUT', '/states/power', 202, () => ({ target: 'power on' })),
  on('delete', 'DELETE', '', 204),
  on('maintenance on', 'PUT', '/maintenance', 202, () => ({ reason: 'x' })),
  on('maintenance off', 'DELETE', '/maintenance', 202),
  on('boot device', 'PUT', '/management/boot_device', 204, () => ({ boot_device: 'pxe' })),
  on('non-maskable interrupt', 'PUT', '/management/inject_nmi', 204, () => ({})),
  on('indicator', 'PUT', '/management/indicators/led@system', 204, () => ({ state: 'on' })),
  on('console', 'PUT', '/states/console', 202, () => ({ enabled: true })),
  { ...on('boot mode', 'PUT', '/states/boot_mode', 202, () => ({ target: 'uefi' })), needsStableState: true },
  { ...on('secure boot', 'PUT', '/states/secure_boot', 202, () => ({ target: true })), needsStableState: true },
  on('RAID', 'PUT', '/states/raid', 204, () => ({})),
  on('traits', 'PUT', '/traits', 204, () => ({ traits: ['CUSTOM_B'] })),
  on('trait', 'PUT', '/traits/CUSTOM_B', 204),
  on('removal of a trait', 'DELETE', '/traits/CUSTOM_A', 204),
  on('removal of all traits', 'DELETE', '/traits', 204),
  on('VIF', 'POST', '/vifs', 204, () => ({ id: 'vif-1' })),
  on('virtual media', 'POST', '/vmedia', 204, () => ({ device_type: 'cdrom', image_url: 'http://192.0.2.9/a.iso' })),
  on('removal of virtual media', 'DELETE', '/vmedia', 204),
  {
    name: 'new port',
    method: 'POST',
    pattern: '/v1/ports',
    success: 201,
    body: ({ node }) => ({ node_uuid: node, address: anotherAddress() }),
  },
  {
    name: 'patch of a port',
    method: 'PATCH',
    pattern: '/v1/ports/:port',
    success: 200,
    body: () => [{ op: 'add', path: '/extra/locked', value: 1 }],
  },
  { name: 'removal of a port', method: 'DELETE', pattern: '/v1/ports/:port', success: 204 },
];

/** Routes below a node that change something and have another rule than the others, and which. */
export const ownRule: Readonly<Record<string, string>> = {
  'DELETE /v1/nodes/:node/allocation': 'the lifecycle decides when a node is released',
  'DELETE /v1/nodes/:node/vifs/:vif': 'held by the test of VIFs: it needs one that is attached',
  'POST /v1/nodes/:node/vendor_passthru': 'the method says whether it needs the node for itself',
  'PUT /v1/nodes/:node/vendor_passthru': 'the method says whether it needs the node for itself',
  'PATCH /v1/nodes/:node/vendor_passthru': 'the method says whether it needs the node for itself',
  'DELETE /v1/nodes/:node/vendor_passthru': 'the method says whether it needs the node for itself',
};

/** The pattern of the route that a request of the table meets, with the names that routes give their parameters. */
export const routePattern = (request: LockedRequest): string =>
  request.pattern.replace('led@system', ':indicator').replace(/CUSTOM_[AB]/, ':trait');

/** The path of the request on these records. */
export const pathOf = (request: LockedRequest, target: Target): string =>
  request.pattern.replace(':node', target.node).replace(':port', target.port);

let addresses = 0;

/** A MAC address that no port has. */
export function anotherAddress(): string {
  addresses += 1;
  return `02:00:00:00:${Buffer.from([addresses >> 8, addresses & 255])
    .toString('hex')
    .replace(/(..)(..)/, '$1:$2')}`;
}

/** Whether the api has the route already. */
export const isRouted = (sut: ApiFixture, method: string, pattern: string): boolean =>
  sut.api.routes().some((route) => route.pattern === pattern && route.methods.includes(method));
