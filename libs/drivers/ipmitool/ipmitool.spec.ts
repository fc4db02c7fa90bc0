import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@bessemer/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IpmiSimulator } from '../testing/ipmi-simulator.js';
import { aNode, RecordedContext } from '../testing/step-context.js';
import { classify } from './failure.js';
import { Ipmitool } from './ipmitool.js';

function hasSimulator(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v ipmi_sim && command -v ipmitool'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A program in front of ipmitool that keeps what another user could see of the process. */
const wrapper = (folder: string) => `#!/bin/sh
tr '\\0' ' ' < /proc/$$/cmdline >> ${folder}/seen
tr '\\0' ' ' < /proc/$$/environ >> ${folder}/seen
echo >> ${folder}/seen
exec ipmitool "$@"
`;

describe.skipIf(!hasSimulator())(Ipmitool.name, () => {
  let folder: string;
  let bmc: IpmiSimulator;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ipmitool-'));
    bmc = await IpmiSimulator.start(join(folder, 'bmc'));
    await writeFile(join(folder, 'ipmitool.sh'), wrapper(folder), { mode: 0o755 });
  });
  afterAll(async () => {
    await bmc.stop();
    await rm(folder, { recursive: true });
  });

  const contextOf = (more: JsonObject = {}, node: object = {}) =>
    new RecordedContext({
      node: aNode({ driver: 'ipmi', driver_info: bmc.driverInfo(more), ...node }),
      workDir: join(folder, 'work'),
      ipmitoolPath: join(folder, 'ipmitool.sh'),
    });

  it('sets and reads power, with leave asked before each command', async () => {
    const context = contextOf();
    const { power } = context.hardware.interfaces;
    expect(await power.getPowerState(context)).toBe('power off');
    await power.setPowerState(context, 'power on', 5);
    expect(await power.getPowerState(context)).toBe('power on');
    await power.setPowerState(context, 'rebooting', 5);
    await power.setPowerState(context, 'soft power off', 5);
    expect(await power.getPowerState(context)).toBe('power off');
    expect((await bmc.changes()).filter((change) => change.startsWith('power'))).toEqual([
      'power 1',
      'power 0',
      'power 1',
    ]);
    expect(context.done.filter((entry) => entry === 'guard').length).toBeGreaterThanOrEqual(10);
  });

  it('sets what is so already not once more', async () => {
    const context = contextOf();
    const before = await bmc.changes();
    await context.hardware.interfaces.power.setPowerState(context, 'power off', 5);
    expect(await bmc.changes()).toEqual(before);
  });

  it('gives up, with what to do, when the machine does not get there', async () => {
    const context = contextOf();
    const { power } = context.hardware.interfaces;
    await bmc.ignoreSoftOff();
    await power.setPowerState(context, 'power on', 5);
    await expect(power.setPowerState(context, 'soft power off', 1)).rejects.toMatchObject({
      code: 'hardware-failure',
      message: expect.stringContaining('did not reach power off within 1 s'),
      remedy: expect.any(String),
    });
  });

  it('sets and reads the boot device', async () => {
    const context = contextOf();
    const { management } = context.hardware.interfaces;
    await management.setBootDevice(context, 'pxe', false);
    expect(await management.getBootDevice(context)).toMatchObject({ boot_device: 'pxe' });
    await management.setBootDevice(context, 'disk', true);
    expect(await management.getBootDevice(context)).toMatchObject({ boot_device: 'disk' });
    await expect(management.setBootDevice(context, 'floppy', false)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('hands the password over unseen, and leaves no file of it', async () => {
    const context = contextOf();
    await context.hardware.interfaces.power.getPowerState(context);
    const seen = await readFile(join(folder, 'seen'), 'utf8');
    expect(seen).toContain('power status');
    expect(seen).not.toContain('pass-word');
    expect(await readdir(join(folder, 'work'))).toEqual([]);
  });

  it('keeps the Kg key off the command line', async () => {
    const key = '6b67206b657920666f7220746573747300000000';
    const context = contextOf({ ipmi_hex_kg_key: key, ipmi_cipher_suite: 3 });
    await expect(context.hardware.interfaces.power.getPowerState(context)).rejects.toMatchObject({
      code: 'hardware-failure',
    });
    const seen = await readFile(join(folder, 'seen'), 'utf8');
    expect(seen).toContain(' -K ');
    expect(seen.split('\n').filter((line) => line.includes('/bin/sh') && line.includes(key))).toEqual([]);
    expect(seen).not.toContain(key);
  });

  it('finds the cipher suite that the BMC takes, once', async () => {
    const context = contextOf();
    await context.hardware.interfaces.power.getPowerState(context);
    await writeFile(join(folder, 'seen'), '');
    await context.hardware.interfaces.power.getPowerState(context);
    const suites = [...(await readFile(join(folder, 'seen'), 'utf8')).matchAll(/ -C (\d+) /g)].map((found) => found[1]);
    expect(suites).toEqual(['3']);
  });

  it.each([
    ['a wrong password', { ipmi_password: 'wrong one', ipmi_cipher_suite: 3 }, 'refused the password'],
    ['a cipher suite that it does not take', { ipmi_cipher_suite: 17 }, 'cipher suite'],
  ])('tells of %s, without the password', async (_name, more, message) => {
    const context = contextOf(more);
    const error: unknown = await context.hardware.interfaces.power
      .getPowerState(context)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'hardware-failure', message: expect.stringContaining(message) });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/wrong one|pass-word/);
  });

  it('tells of a BMC that does not answer', async () => {
    const silent = contextOf({ ipmi_port: 9 });
    await expect(silent.hardware.interfaces.power.getPowerState(silent)).rejects.toMatchObject({
      code: 'hardware-failure',
      message: expect.stringContaining('127.0.0.1:9 does not answer'),
      remedy: expect.stringContaining('ipmi_address'),
    });
  });

  it('ends at once when the call is cancelled', async () => {
    const silent = contextOf({ ipmi_port: 9 });
    const asked = silent.hardware.interfaces.power.getPowerState(silent);
    silent.stop.abort(new Error('lease lost'));
    await expect(asked).rejects.toThrow('lease lost');
  });

  it('sends one command at a time to a BMC', async () => {
    const context = contextOf();
    const { power } = context.hardware.interfaces;
    expect(await Promise.all([1, 2, 3].map(() => power.getPowerState(context)))).toEqual(
      Array(3).fill(expect.stringMatching(/^power (on|off)$/)),
    );
  });

  it('says what to install when the program is not there', async () => {
    const context = new RecordedContext({
      node: aNode({ driver: 'ipmi', driver_info: bmc.driverInfo() }),
      workDir: join(folder, 'work'),
      ipmitoolPath: '/nonexistent/ipmitool',
    });
    await expect(context.hardware.interfaces.power.getPowerState(context)).rejects.toMatchObject({
      remedy: expect.stringContaining('Install ipmitool'),
    });
  });
});

describe('readCredentials', () => {
  it.each<[JsonObject, string]>([
    [{}, "Missing the following IPMI credentials in node's driver_info: ['ipmi_address']"],
    [{ ipmi_address: '-oProxy' }, 'ipmi_address'],
    [{ ipmi_address: 'bmc', ipmi_port: 70_000 }, 'ipmi_port'],
    [{ ipmi_address: 'bmc', ipmi_priv_level: 'ROOT' }, 'ipmi_priv_level'],
    [{ ipmi_address: 'bmc', ipmi_hex_kg_key: 'zz' }, 'ipmi_hex_kg_key'],
    [{ ipmi_address: 'bmc', ipmi_bridging: 'single' }, 'ipmi_target_channel'],
    [{ ipmi_address: 'bmc', ipmi_protocol_version: '1.5', ipmi_cipher_suite: 3 }, 'ipmi_cipher_suite'],
    [{ ipmi_address: 'bmc', ipmi_password: 'a\nb' }, 'ipmi_password'],
  ])('refuses %j', async (driver_info, message) => {
    const context = new RecordedContext({ node: aNode({ driver: 'ipmi', driver_info }) });
    await expect(context.hardware.interfaces.power.validate(context)).rejects.toThrow(message);
  });
});

describe('classify', () => {
  it.each([
    ['> RAKP 2 HMAC is invalid', 'password'],
    ['RAKP 2 message indicates an error : unauthorized name', 'username'],
    ['Error in open session response message : invalid authentication algorithm', 'cipher'],
    ['Get Auth Capabilities error', 'unreachable'],
    ['Set Chassis Power Control to Up/On failed: Node busy', 'busy'],
    ['Error: Unable to establish IPMI v2 / RMCP+ session', 'session'],
    ['Invalid data field in request', 'other'],
  ])('%s is %s', (output, kind) => {
    expect(classify(output)).toBe(kind);
  });
});
