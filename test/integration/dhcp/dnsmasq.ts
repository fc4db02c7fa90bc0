import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../stack/index.js';
import type { NetworkNamespace } from './network-namespace.js';

const template = resolve(fileURLToPath(import.meta.url), '../../../../../deploy/dnsmasq/bessemer.conf');

/** A real dnsmasq with the configuration that is shipped, in a namespace or else on the loopback interface. */
export class Dnsmasq {
  private process: ChildProcess | undefined;
  readonly hostsdir: string;
  readonly log: string;

  constructor(
    private readonly folder: string,
    private readonly namespace: NetworkNamespace | null,
  ) {
    this.hostsdir = join(folder, 'hosts.d');
    this.log = join(folder, 'dnsmasq.log');
    mkdirSync(this.hostsdir, { recursive: true });
  }

  /** Starts it and waits until it has told so. */
  async start(): Promise<void> {
    const values: Record<string, string> = {
      INTERFACE: this.namespace ? 'server' : 'lo',
      RANGE: this.namespace ? '10.98.0.10,10.98.0.99,255.255.255.0,2m' : '127.98.0.10,127.98.0.99,255.0.0.0,2m',
      LEASEFILE: join(this.folder, 'leases'),
      HOSTSDIR: this.hostsdir,
      LOG: this.log,
      USER: 'root',
      PIDFILE: join(this.folder, 'dnsmasq.pid'),
    };
    const text = readFileSync(template, 'utf8')
      .replace(/^#.*$/gm, '')
      .replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
      .replace(/^except-interface=lo$/m, this.namespace ? '$&' : '');
    const file = join(this.folder, 'dnsmasq.conf');
    writeFileSync(file, text);
    const args = [`--conf-file=${file}`, '--keep-in-foreground'];
    const [program, given] = this.namespace ? this.namespace.command('dnsmasq', ...args) : ['dnsmasq', args];
    const before = Math.max(0, this.lines().length - 1);
    const child = spawn(program, given, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += String(chunk);
    });
    this.process = child;
    await waitFor('dnsmasq has started', () => {
      if (child.exitCode !== null) throw new Error(`dnsmasq ended: ${complaint}`);
      return this.lines()
        .slice(before)
        .some((line) => line.includes('started, version'));
    });
  }

  /** What it has logged. */
  lines(): string[] {
    try {
      return readFileSync(this.log, 'utf8').split('\n');
    } catch {
      // The log comes with the first start.
      return [];
    }
  }

  /** How often it has told that it read the file of a MAC address. */
  reads(mac: string): number {
    return this.lines().filter((line) => line.endsWith(`read ${join(this.hostsdir, mac)}`)).length;
  }

  /** What the file of a MAC address says. */
  file(mac: string): string {
    return readFileSync(join(this.hostsdir, mac), 'utf8');
  }

  /** `ip netns exec` becomes the program, so the signal reaches dnsmasq itself. */
  signal(name: NodeJS.Signals): void {
    this.process?.kill(name);
  }

  async stop(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}
