import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ipmitool } from '../bmc/ipmitool.js';
import { MachineFolder } from '../machine/machine-folder.js';
import { processesIn } from '../machine/process-identity.js';

const program = fileURLToPath(new URL('./main.js', import.meta.url));

interface ReadyMachine {
  readonly port: number;
  readonly dir: string;
}

describe('the fleet as a program', () => {
  let dir: string;
  let fleet: ChildProcess | undefined;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sim-fleet-'));
  });

  afterEach(async () => {
    if (fleet !== undefined && fleet.exitCode === null && fleet.signalCode === null) {
      const ended = new Promise((resolve) => fleet?.once('exit', resolve));
      fleet.kill('SIGTERM');
      await ended;
    }
    await rm(dir, { recursive: true, force: true });
  });

  const start = async (
    nodes: readonly object[],
  ): Promise<{ pid: number; machine: ReadyMachine; ended: Promise<unknown> }> => {
    const file = join(dir, 'instackenv.json');
    await writeFile(file, JSON.stringify({ nodes }));
    const started = spawn(
      process.execPath,
      [program, '--machines', file, '--dir', dir, '--api', 'http://127.0.0.1:1'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    fleet = started;
    const ended = new Promise<number | null>((resolve) => started.once('exit', resolve));
    const line = await new Promise<string>((resolve) => createInterface(started.stdout).once('line', resolve));
    const [machine] = (JSON.parse(line) as { machines: ReadyMachine[] }).machines;
    if (machine === undefined || started.pid === undefined) {
      throw new Error(`no machine in ${line}`);
    }
    return { pid: started.pid, machine, ended };
  };
  const bootFromNetwork = async (machine: ReadyMachine): Promise<MachineFolder> => {
    const bmc = { address: '127.0.0.1', port: machine.port, user: 'admin', password: 'password' };
    await ipmitool(bmc, ['chassis', 'bootdev', 'pxe']);
    await ipmitool(bmc, ['power', 'on']);
    const folder = new MachineFolder(machine.dir);
    await folder.waitUntil(() => folder.console().includes('agent started'), 'an agent');
    return folder;
  };
  const node = { pm_type: 'pxe_ipmitool', mac: ['fa:16:3e:2a:0e:36'], pm_user: 'admin', pm_password: 'password' };

  it('runs the machines of an instackenv.json until it is told to end, and leaves nothing running', async () => {
    const { pid, machine, ended } = await start([{ ...node, pm_addr: '10.0.0.8', memory: '4096' }]);
    const folder = await bootFromNetwork(machine);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toBe(0);
    expect(processesIn(machine.dir, 'SIM_AGENT')).toEqual([]);
    expect(folder.running()).toBe('off');
  });

  it('takes up its machines as they are after it was killed', async () => {
    const first = await start([node]);
    const folder = await bootFromNetwork(first.machine);
    const agent = folder.agentPid();
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const second = await start([{ ...node, pm_addr: '127.0.0.1', pm_port: String(first.machine.port) }]);
    expect(second.machine.port).toBe(first.machine.port);
    expect(folder.isOn()).toBe(true);
    expect(folder.agentPid()).toBe(agent);
    expect(processesIn(second.machine.dir, 'SIM_AGENT')).toHaveLength(2);
  });
});
