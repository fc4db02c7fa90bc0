import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A network namespace with a segment: `server` on one end of a cable, the machine's `nic` on the other. */
export class NetworkNamespace {
  private constructor(
    readonly name: string,
    /** MAC address of the machine. */
    readonly mac: string,
  ) {}

  /** Makes one; null, with the reason, where this process may not. Removes what a killed run left behind. */
  static make(): NetworkNamespace | { reason: string } {
    const name = `bessemer-dhcp-${process.pid}`;
    try {
      removeAbandoned();
      ip('netns', 'add', name);
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error) };
    }
    process.once('exit', () => remove(name));
    try {
      const inside = (...args: string[]) => ip('-n', name, ...args);
      inside('link', 'add', 'server', 'type', 'veth', 'peer', 'name', 'nic');
      inside('addr', 'add', '10.98.0.1/24', 'dev', 'server');
      inside('link', 'set', 'server', 'up');
      inside('link', 'set', 'nic', 'up');
      const [link] = JSON.parse(ip('-n', name, '-json', 'link', 'show', 'nic')) as { address: string }[];
      if (link === undefined) throw new Error('the machine has no interface');
      return new NetworkNamespace(name, link.address);
    } catch (error) {
      remove(name);
      return { reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The command line that runs a program inside. */
  command(program: string, ...args: string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.name, program, ...args]];
  }

  /** The address that the machine is lent when it asks once, or null when nobody answers within a second. */
  async askForAddress(script: string): Promise<string | null> {
    const ask = ['udhcpc', '-i', 'nic', '-n', '-q', '-f', '-t', '1', '-T', '1', '-R', '-s', script];
    try {
      const { stdout } = await run(...this.command('busybox', ...ask));
      return /^lent (\S+)$/m.exec(stdout)?.[1] ?? null;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 1) return null;
      throw error;
    }
  }

  remove(): void {
    remove(this.name);
  }
}

function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function remove(name: string): void {
  if (namespaces().includes(name)) ip('netns', 'del', name);
}

function removeAbandoned(): void {
  for (const name of namespaces()) {
    const pid = /^bessemer-dhcp-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(pid)) remove(name);
  }
}

function namespaces(): string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    // The folder comes with the first namespace.
    return [];
  }
}

function isAlive(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8') !== '';
  } catch {
    return false;
  }
}
