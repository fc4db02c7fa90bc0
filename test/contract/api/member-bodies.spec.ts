import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

const url = 'http://images.example/rescue.iso';
const [port, group] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

/** Bodies that are no records: what is taken of them, and what is said of the rest. */
const bodies: readonly [path: string, method: 'PUT' | 'POST', body: unknown, status: number, fault: string | RegExp][] =
  [
    ['maintenance', 'PUT', undefined, 202, ''],
    ['maintenance', 'PUT', {}, 202, ''],
    ['maintenance', 'PUT', { reason: 'a fan' }, 202, ''],
    ['maintenance', 'PUT', { reason: null }, 202, ''],
    ['maintenance', 'PUT', ['a fan'], 400, /is not of type 'object'$/],
    ['maintenance', 'PUT', { reason: 7 }, 400, /reason/],
    ['maintenance', 'PUT', { reason: 'a fan', since: 1, until: 2 }, 400, 'Unexpected arguments: since, until'],

    ['management/boot_device', 'PUT', { boot_device: 'pxe' }, 204, ''],
    ['management/boot_device', 'PUT', { boot_device: 'cdrom', persistent: 'yes' }, 204, ''],
    ['management/boot_device?boot_device=pxe&persistent=true', 'PUT', undefined, 204, ''],
    ['management/boot_device?persistent=true', 'PUT', { boot_device: 'pxe' }, 204, ''],
    ['management/boot_device', 'PUT', undefined, 400, 'Missing mandatory parameter: boot_device'],
    ['management/boot_device', 'PUT', {}, 400, 'Missing mandatory parameter: boot_device'],
    ['management/boot_device', 'PUT', { boot_device: null }, 400, /boot.device/],
    ['management/boot_device', 'PUT', { boot_device: 7 }, 400, /boot.device/],
    ['management/boot_device', 'PUT', { boot_device: 'bogus' }, 400, 'Invalid boot device bogus specified.'],
    ['management/boot_device', 'PUT', { boot_device: 'PXE' }, 400, 'Invalid boot device PXE specified.'],
    [
      'management/boot_device',
      'PUT',
      { boot_device: 'pxe', persistent: 'zz' },
      400,
      /^Invalid persistent: Unrecognized/,
    ],
    ['management/boot_device', 'PUT', { boot_device: 'pxe', slot: 1 }, 400, 'Unexpected arguments: slot'],
    ['management/boot_device?slot=1', 'PUT', { boot_device: 'pxe' }, 400, 'Unexpected arguments: slot'],

    ['management/indicators/led@system', 'PUT', { state: 'on' }, 204, ''],
    ['management/indicators/led@system', 'PUT', { state: 'BLINKING' }, 204, ''],
    ['management/indicators/led@system', 'PUT', undefined, 400, 'Missing mandatory parameter: state'],
    ['management/indicators/led@system', 'PUT', { state: 'pink' }, 400, 'Invalid indicator state pink.'],

    ['states/console', 'PUT', { enabled: true }, 202, ''],
    ['states/console', 'PUT', { enabled: 'no' }, 202, ''],
    ['states/console', 'PUT', {}, 400, 'Missing mandatory parameter: enabled'],
    ['states/console', 'PUT', undefined, 400, 'Missing mandatory parameter: enabled'],
    [
      'states/console',
      'PUT',
      { enabled: 'zz' },
      400,
      /^Invalid enabled: Unrecognized value 'zz', acceptable values are: /,
    ],
    ['states/console', 'PUT', { enabled: true, port: 1 }, 400, 'Unexpected arguments: port'],
    ['states/boot_mode', 'PUT', { target: 'uefi' }, 202, ''],
    ['states/boot_mode', 'PUT', { target: 'uefi', once: true }, 400, 'Unexpected arguments: once'],
    ['states/boot_mode', 'PUT', {}, 400, 'Missing mandatory parameter: target'],
    [
      'states/boot_mode',
      'PUT',
      { target: 'x' },
      400,
      'Invalid boot mode x requested for node. Allowed boot modes are: bios, uefi',
    ],
    ['states/secure_boot', 'PUT', { target: 'off' }, 202, ''],
    ['states/secure_boot', 'PUT', {}, 400, 'Missing mandatory parameter: target'],
    ['states/secure_boot', 'PUT', { target: 'zz' }, 400, /^Invalid target: Unrecognized/],

    ['vifs', 'POST', { id: 'net-1' }, 204, ''],
    ['vifs', 'POST', { id: 'net-1', anything: { goes: true } }, 204, ''],
    ['vifs', 'POST', { id: 'net-1', port_uuid: port }, 204, ''],
    ['vifs', 'POST', undefined, 400, /^Schema error for vif: .* is not of type 'object'$/],
    ['vifs', 'POST', ['net-1'], 400, /^Schema error for vif: .* is not of type 'object'$/],
    ['vifs', 'POST', {}, 400, "Schema error for vif: 'id' is a required property"],
    ['vifs', 'POST', { id: 7 }, 400, /^Schema error for vif: 7 is not of type 'string'/],
    ['vifs', 'POST', { id: '' }, 400, /^Schema error for vif: /],
    ['vifs', 'POST', { id: null }, 400, /^Schema error for vif: /],
    ['vifs', 'POST', { id: 'net-1', port_uuid: 'x' }, 400, /port_uuid/],
    ['vifs', 'POST', { id: 'net-1', portgroup_uuid: null }, 400, /portgroup_uuid/],
    [
      'vifs',
      'POST',
      { id: 'net-1', port_uuid: port, portgroup_uuid: group },
      400,
      'Cannot specify both port_uuid and portgroup_uuid',
    ],

    ['vmedia', 'POST', { device_type: 'CDROM', image_url: url }, 204, ''],
    ['vmedia', 'POST', { device_type: 'disk', image_url: url, image_download_source: 'http' }, 204, ''],
    ['vmedia', 'POST', undefined, 400, /^Schema error for vmedia: .* is not of type 'object'$/],
    ['vmedia', 'POST', { image_url: url }, 400, "Schema error for vmedia: 'device_type' is a required property"],
    ['vmedia', 'POST', { device_type: 'disk' }, 400, "Schema error for vmedia: 'image_url' is a required property"],
    ['vmedia', 'POST', { device_type: 'tape', image_url: url }, 400, /tape'? is not one of cdrom, disk, floppy/],
    ['vmedia', 'POST', { device_type: null, image_url: url }, 400, /device_type/],
    ['vmedia', 'POST', { device_type: 'disk', image_url: { at: 'hunter2' } }, 400, /^(?!.*hunter2).*image_url/],
    ['vmedia', 'POST', { device_type: 'disk', image_url: url, image_download_source: null }, 400, /download_source/],
    [
      'vmedia',
      'POST',
      { device_type: 'disk', image_url: url, more: 1 },
      400,
      "Schema error for vmedia: Additional properties are not allowed ('more' was unexpected)",
    ],
  ];

describe('bodies that are no records', () => {
  let sut: ApiFixture;
  let node: string;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    node = await sut.node();
    await sut.api.database.query(`UPDATE nodes SET network_interface = 'noop' WHERE uuid = $1`, [node]);
    sut.conductor.results['attach_virtual_media'] = {};
  });
  afterAll(() => sut.stop());

  it.each(bodies)('%s %s %j is %i %s', async (path, method, body, status, fault) => {
    const answer = await sut.request(method, `/v1/nodes/${node}/${path}`, body === undefined ? {} : { body });
    expect([answer.status, answer.fault]).toEqual([
      status,
      typeof fault === 'string' ? fault : expect.stringMatching(fault),
    ]);
  });

  it('passes on what was meant', async () => {
    const put = (path: string, body: object) => sut.request('PUT', `/v1/nodes/${node}/${path}`, { body });
    await put('management/boot_device?persistent=true', { boot_device: 'pxe' });
    await put('management/boot_device', { boot_device: 'pxe' });
    await put('management/indicators/led@system', { state: 'ON' });
    await put('states/secure_boot', { target: 'yes' });
    expect(sut.conductor.calls.slice(-4).map(({ arguments: args }) => args)).toEqual([
      { boot_device: 'pxe', persistent: true },
      { boot_device: 'pxe', persistent: false },
      { component: 'system', indicator: 'led', state: 'on' },
      { state: true },
    ]);
    await put('maintenance', { reason: 'a fan' });
    expect(await sut.shown(node)).toMatchObject({ maintenance: true, maintenance_reason: 'a fan' });
  });

  it('leaves carriers of VIFs alone below the version that has them', async () => {
    const body = { id: 'net-1', port_uuid: 'x', portgroup_uuid: 7 };
    expect((await sut.request('POST', `/v1/nodes/${node}/vifs`, { body, version: '1.66' })).status).toBe(204);
  });
});
