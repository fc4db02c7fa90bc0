import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { JsonObject } from '@bessemer/contracts';

/** The chassis of the simulated BMC: two files, one for its power and one for its boot device, and a log of changes. */
const chassis = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
shift
verb=$1
shift
while [ -n "$1" ]; do
  if [ "$verb" = get ]; then
    echo "$1:$(cat "$1" 2>/dev/null || echo 0)"
    shift
    continue
  fi
  echo "$1 $2" >> changes
  case $1 in
    power) echo "$2" > power ;;
    boot) echo "$2" > boot ;;
    shutdown) [ -e deaf ] || echo 0 > power ;;
  esac
  shift 2 2>/dev/null || shift
done
`;

const configuration = (folder: string, port: number) => `name "bmc"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 ${port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "${folder}/chassis.sh 0x20"
  user 2 true "operator" "pass-word" admin 10 none md2 md5 straight
`;

const emulation = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
mc_enable 0x20
`;

/** OpenIPMI's `ipmi_sim` as the BMC of one machine. */
export class IpmiSimulator {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** @param folder an empty folder for its files */
  static async start(folder: string): Promise<IpmiSimulator> {
    const port = await freePort();
    await mkdir(join(folder, 'persist'), { recursive: true });
    await writeFile(join(folder, 'chassis.sh'), chassis, { mode: 0o755 });
    await writeFile(join(folder, 'boot'), 'none\n');
    await writeFile(join(folder, 'lan.conf'), configuration(folder, port));
    await writeFile(join(folder, 'bmc.emu'), emulation);
    const child = spawn(
      'ipmi_sim',
      ['-n', '-c', join(folder, 'lan.conf'), '-f', join(folder, 'bmc.emu'), '-s', join(folder, 'persist')],
      { stdio: 'ignore' },
    );
    await once(child, 'spawn');
    await listening(child, port);
    return new IpmiSimulator(child, folder, port);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** `driver_info` that reaches it. */
  driverInfo(more: JsonObject = {}): JsonObject {
    const address = { ipmi_address: '127.0.0.1', ipmi_port: this.port };
    return { ...address, ipmi_username: 'operator', ipmi_password: 'pass-word', ...more };
  }

  /** What was set of the chassis, in order, for example `power 1`. */
  async changes(): Promise<string[]> {
    try {
      return (await readFile(join(this.folder, 'changes'), 'utf8')).trim().split('\n');
    } catch {
      return [];
    }
  }

  /** The machine's operating system takes no notice of the power button. */
  async ignoreSoftOff(): Promise<void> {
    await writeFile(join(this.folder, 'deaf'), '');
  }
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  const entry = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  while (!(await readFile('/proc/net/udp', 'utf8')).includes(entry)) {
    if (child.exitCode !== null) throw new Error(`ipmi_sim ended with ${child.exitCode}`);
    await setTimeout(10);
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
