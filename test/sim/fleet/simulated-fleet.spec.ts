import { statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeApi } from '../agent/testing/fake-api.js';
import { requireProgram } from '../bmc/required-programs.js';
import { startTimeOf } from '../machine/process-identity.js';
import { SimulatedFleet } from './simulated-fleet.js';
import type { SimulatedMachine } from './simulated-machine.js';

describe(SimulatedFleet.name, () => {
  let api: FakeApi;
  let dir: string;
  let fleet: SimulatedFleet;
  let sut: SimulatedMachine;

  beforeAll(async () => {
    requireProgram('ipmitool');
    dir = await mkdtemp(join(tmpdir(), 'sim-fleet-'));
    api = await FakeApi.start();
    fleet = await SimulatedFleet.start({
      dir,
      apiUrl: api.url,
      machines: [
        { name: 'm0', mac: ['fa:16:3e:2a:0e:36'], diskGb: 1 },
        {
          name: 'm1',
          mac: ['fa:16:3e:da:39:c9'],
          diskGb: 1,
          user: 'root',
          password: "p#ss'w$rd`1\\",
          keepsBootDevice: true,
        },
      ],
    });
    sut = fleet.machine('m0');
  });

  afterAll(async () => {
    await fleet?.stop();
    await api?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await sut.ipmitool('power', 'off');
    await sut.ipmitool('chassis', 'bootdev', 'none');
  });

  const powerOnFromNetwork = async (): Promise<number> => {
    const beats = api.heartbeats.length;
    await sut.ipmitool('chassis', 'bootdev', 'pxe');
    await sut.ipmitool('power', 'on');
    await api.waitForHeartbeat(beats + 1);
    return livingAgent();
  };
  const livingAgent = (): number => {
    const pid = sut.folder.agentPid();
    if (pid === null) {
      throw new Error('no agent lives');
    }
    return pid;
  };
  const starts = (): number => sut.folder.console().split('agent started').length - 1;

  it('answers the real ipmitool within a blink', async () => {
    const began = performance.now();
    for (let count = 0; count < 5; count += 1) {
      expect(await sut.ipmitool('power', 'status')).toBe('Chassis Power is off');
    }
    expect((performance.now() - began) / 5).toBeLessThan(500);
  });

  it('starts an agent when a machine boots from the network, once', async () => {
    const before = starts();
    const pid = await powerOnFromNetwork();
    await sut.ipmitool('power', 'on');
    expect(await sut.ipmitool('power', 'status')).toBe('Chassis Power is on');
    expect(livingAgent()).toBe(pid);
    expect(starts()).toBe(before + 1);
    expect(sut.folder.running()).toBe('agent');
  });

  it('ends the agent when the machine is powered off', async () => {
    const pid = await powerOnFromNetwork();
    await sut.ipmitool('power', 'off');
    expect(startTimeOf(pid)).toBeNull();
    expect(sut.folder.running()).toBe('off');
    expect(await sut.ipmitool('power', 'status')).toBe('Chassis Power is off');
  });

  it('ends the agent on a soft power off as an operating system would', async () => {
    const pid = await powerOnFromNetwork();
    await sut.ipmitool('power', 'soft');
    expect(startTimeOf(pid)).toBeNull();
    expect(sut.folder.isOn()).toBe(false);
    expect(sut.folder.console()).toContain('signal=SIGTERM');
  });

  it('boots anew on reset, from disk when the network was set for one boot', async () => {
    const pid = await powerOnFromNetwork();
    await sut.ipmitool('power', 'reset');
    expect(startTimeOf(pid)).toBeNull();
    expect(sut.folder.running()).toBe('disk');
    expect(sut.folder.isOn()).toBe(true);
  });

  it('boots anew from the network on reset when that is set again', async () => {
    const pid = await powerOnFromNetwork();
    expect(await powerOnAgain('reset')).not.toBe(pid);
  });

  it('goes off and on again on a power cycle', async () => {
    const pid = await powerOnFromNetwork();
    expect(await powerOnAgain('cycle')).not.toBe(pid);
  });

  const powerOnAgain = async (how: string): Promise<number> => {
    const beats = api.heartbeats.length;
    await sut.ipmitool('chassis', 'bootdev', 'pxe');
    await sut.ipmitool('power', how);
    await api.waitForHeartbeat(beats + 1);
    return livingAgent();
  };

  it('does nothing on a reset of a machine that is off', async () => {
    const before = starts();
    await sut.ipmitool('chassis', 'bootdev', 'pxe');
    await sut.ipmitool('power', 'reset');
    expect(sut.folder.running()).toBe('off');
    expect(starts()).toBe(before);
  });

  it('boots from disk without an agent', async () => {
    await sut.ipmitool('chassis', 'bootdev', 'disk', 'options=persistent');
    await sut.ipmitool('power', 'on');
    expect(sut.folder.running()).toBe('disk');
    expect(await readFile(join(sut.folder.path, 'state'), 'utf8')).toBe('running: disk\n');
    expect(sut.folder.agentPid()).toBeNull();
  });

  it('keeps a boot device that is to stay, and takes any printable password', async () => {
    const other = fleet.machine('m1');
    await other.ipmitool('chassis', 'bootdev', 'pxe', 'options=persistent');
    await other.ipmitool('power', 'on');
    await other.ipmitool('power', 'reset');
    expect(other.folder.running()).toBe('agent');
    await other.ipmitool('power', 'off');
  });

  it('writes each command to the log of the BMC', async () => {
    const before = sut.folder.bmcLog().length;
    await sut.ipmitool('chassis', 'bootdev', 'disk');
    await sut.ipmitool('power', 'on');
    const sets = sut.folder
      .bmcLog()
      .slice(before)
      .filter((entry) => entry.operation === 'set');
    expect(sets.map((entry) => entry.request)).toEqual(['boot default', 'power 1']);
    expect(Date.parse(sets[0]?.time ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('gives kernel parameters of the next boot to the agent', async () => {
    sut.setKernelParameters({ 'ipa-heartbeat-interval': 0.05, 'ipa-inspection-callback-url': null });
    const posts = api.of('POST /v1/continue_inspection').length;
    const beats = api.heartbeats.length;
    await powerOnFromNetwork();
    await api.waitForHeartbeat(beats + 4);
    expect(api.of('POST /v1/continue_inspection')).toHaveLength(posts);
  });

  it('starts a BMC that died again, and the machine never notices', async () => {
    const pid = await powerOnFromNetwork();
    const bmcPid = sut.bmcPid;
    process.kill(bmcPid ?? 0, 'SIGKILL');
    await sut.folder.waitUntil(() => sut.bmcPid !== bmcPid, 'a new ipmi_sim');
    expect(await sut.ipmitool('power', 'status')).toBe('Chassis Power is on');
    expect(livingAgent()).toBe(pid);
  });

  it('keeps the password to its owner', () => {
    expect(statSync(join(sut.folder.path, 'lan.conf')).mode & 0o777).toBe(0o600);
  });

  it('refuses a password that ipmi_sim cannot read, and leaves nothing behind', async () => {
    const machines = [{ name: 'm9', mac: ['fa:16:3e:da:39:c0'], password: 'with blank' }];
    await expect(SimulatedFleet.start({ dir, apiUrl: api.url, machines })).rejects.toThrow('m9');
  });
});
