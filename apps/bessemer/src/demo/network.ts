import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The address of the boot network, within its own namespace: it touches no other network of the host. */
const address = '10.98.0.1';

/**
 * The network from which machines boot: a real dnsmasq on an interface of a network namespace, or none where namespaces
 * cannot be made.
 */
export class BootNetwork {
  private constructor(
    /** What there is, for the screen. */
    readonly description: string,
    /** Arguments for `./bessemer up`. */
    readonly upArguments: readonly string[],
    /** Variables for the services. */
    readonly environment: Record<string, string>,
    private readonly namespace: string | undefined,
    private readonly dnsmasq: ChildProcess | undefined,
  ) {}

  /**
   * Starts it.
   *
   * @param dir folder of dnsmasq's files
   */
  static async start(dir: string): Promise<BootNetwork> {
    const namespace = `bessemer-${process.pid}`;
    try {
      await run('ip', ['netns', 'add', namespace]);
    } catch (error) {
      const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
      return new BootNetwork(`DHCP is off: no network namespace can be made (${reason})`, [], {}, undefined, undefined);
    }
    const hosts = `${dir}/hosts.d`;
    const log = `${dir}/dnsmasq.log`;
    await mkdir(hosts, { recursive: true });
    await addInterface(namespace);
    await writeFile(`${dir}/dnsmasq.conf`, configuration(dir, hosts));
    const output = await open(log, 'a');
    const dnsmasq = spawn(
      'ip',
      ['netns', 'exec', namespace, 'dnsmasq', '--keep-in-foreground', '-C', `${dir}/dnsmasq.conf`],
      {
        stdio: ['ignore', output.fd, output.fd],
      },
    );
    await output.close();
    return new BootNetwork(
      `dnsmasq serves ${address}/24 in the network namespace ${namespace}`,
      ['--dhcp-hostsdir', hosts],
      { BESSEMER_DNSMASQ_LOG: log },
      namespace,
      dnsmasq,
    );
  }

  /** Plugs a machine's interface in; undefined where there is no network. */
  async plug(mac: string, index: number): Promise<{ namespace: string; interface: string } | undefined> {
    if (this.namespace === undefined) return undefined;
    const name = `m${index}`;
    const link = ['link', 'add', 'link', 'machine0', 'name', name, 'address', mac, 'type', 'macvlan', 'mode', 'bridge'];
    await run('ip', ['-n', this.namespace, ...link]);
    await run('ip', ['-n', this.namespace, 'link', 'set', name, 'up']);
    return { namespace: this.namespace, interface: name };
  }

  /** Stops dnsmasq and removes the namespace. */
  async stop(): Promise<void> {
    if (this.dnsmasq?.exitCode === null) {
      const gone = new Promise((resolve) => this.dnsmasq?.once('exit', resolve));
      this.dnsmasq.kill('SIGTERM');
      await gone;
    }
    if (this.namespace !== undefined) await run('ip', ['netns', 'delete', this.namespace]);
  }
}

async function addInterface(namespace: string): Promise<void> {
  const ip = (...args: string[]) => run('ip', ['-n', namespace, ...args]);
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', 'boot0', 'type', 'veth', 'peer', 'name', 'machine0');
  await ip('addr', 'add', `${address}/24`, 'dev', 'boot0');
  await ip('link', 'set', 'boot0', 'up');
  await ip('link', 'set', 'machine0', 'up');
}

function configuration(dir: string, hosts: string): string {
  return [
    'port=0',
    'user=root',
    'interface=boot0',
    'bind-interfaces',
    'dhcp-range=10.98.0.10,10.98.0.200,255.255.255.0,10m',
    `dhcp-hostsdir=${hosts}`,
    'dhcp-ignore=tag:!known',
    `dhcp-leasefile=${dir}/leases`,
    'log-dhcp',
    'log-facility=-',
    'no-ping',
    '',
  ].join('\n');
}
