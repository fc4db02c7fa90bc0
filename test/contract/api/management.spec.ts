import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

describe('traits', () => {
  let sut: ApiFixture;
  let node: string;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    node = await sut.node();
  });
  afterAll(() => sut.stop());

  it.each([
    ['GET', '', 406],
    ['PUT', '', 405],
    ['PUT', '/CUSTOM_A', 405],
    ['DELETE', '', 404],
    ['DELETE', '/CUSTOM_A', 404],
  ])('are refused below 1.37: %s traits%s is %d', async (method, more, status) => {
    const answer = await sut.request(method, `/v1/nodes/${node}/traits${more}`, { version: '1.36' });
    expect(answer.status).toBe(status);
  });

  it.each([
    ['CUSTOM_GOLD', 204],
    ['HW_CPU_X86_AVX512VNNI', 204],
    ['COMPUTE_SECURITY_TPM_CRB', 204],
    ['STORAGE_DISK_SSD', 204],
    ['HW_TPM_2_0', 400],
    ['custom_gold', 400],
    ['CUSTOM_', 400],
  ])('takes or refuses the trait %s: %d', async (trait, status) => {
    expect((await sut.request('PUT', `/v1/nodes/${node}/traits/${trait}`)).status).toBe(status);
  });
});

describe('calls that change hardware', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  it.each<[string, string, string, unknown, number]>([
    ['inject_nmi', '1.29', 'management/inject_nmi', {}, 204],
    ['set_boot_mode', '1.76', 'states/boot_mode', { target: 'uefi' }, 202],
    ['set_secure_boot_state', '1.76', 'states/secure_boot', { target: true }, 202],
    ['set_raid_config', '1.12', 'states/raid', {}, 204],
    ['start_console', '1.1', 'states/console', { enabled: true }, 202],
    ['set_boot_device', '1.1', 'management/boot_device', { boot_device: 'pxe' }, 204],
  ])('%s is asked of the driver from %s on', async (method, version, path, body, status) => {
    const node = await sut.node();
    const put = (asked: string) => sut.request('PUT', `/v1/nodes/${node}/${path}`, { body, version: asked });
    const below = `1.${Number(version.slice(2)) - 1}`;
    if (below !== '1.0') expect([404, 406]).toContain((await put(below)).status);
    expect(sut.conductor.calls.filter((call) => call.node.uuid === node)).toHaveLength(0);
    expect((await put(version)).status).toBe(status);
    const calls = sut.conductor.calls.filter((call) => call.node.uuid === node);
    expect(calls.map((call) => call.method)).toEqual([method]);
    expect(await sut.shown(node)).toMatchObject({ reservation: null });
  });
});
