import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

const url = 'http://images.example/rescue.iso';
const secret = 'http://user:hunter2@images.example/rescue.iso';

describe('virtual media', () => {
  let sut: ApiFixture;
  let node: string;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    node = await sut.node();
    sut.conductor.results['attach_virtual_media'] = { kept: { cdrom: url } };
    sut.conductor.results['detach_virtual_media'] = { kept: {} };
    sut.conductor.results['get_virtual_media'] = [{ media_types: ['CD', 'DVD'], inserted: true, image: url }];
  });
  afterAll(() => sut.stop());

  const path = (query = '') => `/v1/nodes/${node}/vmedia${query}`;
  const attach = (body: unknown, version = '1.115') => sut.request('POST', path(), { body, version });

  it('asks the driver to insert an image, and keeps what it says', async () => {
    expect(await attach({ device_type: 'CDROM', image_url: url })).toMatchObject({ status: 204, text: '' });
    expect(sut.conductor.calls.at(-1)).toMatchObject({
      interface: 'management',
      method: 'attach_virtual_media',
      arguments: { device_type: 'cdrom', image_url: url, image_download_source: 'local' },
    });
    expect(await sut.shown(node)).toMatchObject({ driver_internal_info: { kept: { cdrom: url } }, reservation: null });
  });

  it('empties all devices, or those of the types that are named', async () => {
    expect((await sut.request('DELETE', path('?device_types=cdrom,Disk'))).status).toBe(204);
    expect(sut.conductor.calls.at(-1)?.arguments).toEqual({ device_types: ['cdrom', 'disk'] });
    expect(await sut.shown(node)).toMatchObject({ driver_internal_info: { kept: {} } });
    expect((await sut.request('DELETE', path())).status).toBe(204);
    expect(sut.conductor.calls.at(-1)?.arguments).toEqual({ device_types: ['cdrom', 'disk', 'floppy'] });
    expect((await sut.request('DELETE', path('?device_types=tape'))).status).toBe(400);
    expect((await sut.request('DELETE', path('?types=disk'))).status).toBe(400);
  });

  it('lists the devices from 1.93 on', async () => {
    const answer = await sut.get(path());
    expect([answer.status, answer.body]).toEqual([200, [{ media_types: ['CD', 'DVD'], inserted: true, image: url }]]);
    expect((await sut.get(path(), '1.92')).status).toBe(404);
  });

  it('came with 1.89', async () => {
    expect((await attach({ device_type: 'cdrom', image_url: url }, '1.88')).status).toBe(404);
    expect((await sut.request('DELETE', path(), { version: '1.88' })).status).toBe(404);
    expect((await attach({ device_type: 'cdrom', image_url: url }, '1.89')).status).toBe(204);
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['no device', { image_url: secret }],
    ['no URL', { device_type: 'cdrom' }],
    ['a device that there is not', { device_type: 'tape', image_url: secret }],
    ['a scheme that no BMC speaks', { device_type: 'cdrom', image_url: 'file:///hunter2' }],
    ['a URL without a host', { device_type: 'cdrom', image_url: 'nfs:///hunter2' }],
    ['what is no URL', { device_type: 'cdrom', image_url: 'hunter2 is no URL' }],
    ['a number', { device_type: 'cdrom', image_url: 7 }],
    ['a source that there is not', { device_type: 'cdrom', image_url: secret, image_download_source: 'tape' }],
    ['a member that there is not', { device_type: 'cdrom', image_url: secret, write_protected: true }],
  ])('refuses %s, and repeats no URL', async (_, body) => {
    const asked = sut.conductor.calls.length;
    const answer = await attach(body);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('hunter2');
    expect(sut.conductor.calls).toHaveLength(asked);
  });

  it('is out of reach in the maintenance after a power failure', async () => {
    const fail = (fault: string | null) =>
      sut.api.database.query('UPDATE nodes SET maintenance = true, fault = $2 WHERE uuid = $1', [node, fault]);
    await fail('power failure');
    expect((await attach({ device_type: 'cdrom', image_url: url })).status).toBe(503);
    expect((await sut.request('DELETE', path())).status).toBe(503);
    await fail('clean failure');
    expect((await attach({ device_type: 'cdrom', image_url: url })).status).toBe(204);
  });
});
