import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isMacAddress } from '@bessemer/contracts';

/** What a file says of its MAC address. */
export type HostFile = 'allow' | 'ignore' | 'other' | 'absent';

/**
 * dnsmasq's `dhcp-hostsdir`: one file for each MAC address, named as the address. A file is replaced by a rename, which
 * is what makes dnsmasq read it; a deleted file would keep its effect until dnsmasq is started again.
 */
export class HostsFolder {
  private counter = 0;

  constructor(private readonly path: string) {}

  /** Makes the folder if it is missing. */
  async prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true });
  }

  /** What the file of a MAC address says. */
  async read(mac: string): Promise<HostFile> {
    try {
      const text = await readFile(join(this.path, mac), 'utf8');
      if (text === contentOf(mac, true)) return 'allow';
      return text === contentOf(mac, false) ? 'ignore' : 'other';
    } catch (error) {
      if (isMissing(error)) return 'absent';
      throw error;
    }
  }

  /** Replaces the file of a MAC address in one step. */
  async write(mac: string, allowed: boolean): Promise<void> {
    this.counter += 1;
    // dnsmasq skips names that begin with a dot.
    const temporary = join(this.path, `.${mac}.${process.pid}.${this.counter}`);
    const file = await open(temporary, 'w', 0o644);
    try {
      await file.writeFile(contentOf(mac, allowed));
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.path, mac));
  }

  /** The MAC addresses that have a file. */
  async macs(): Promise<string[]> {
    return (await readdir(this.path)).filter(isMacAddress);
  }

  async remove(mac: string): Promise<void> {
    try {
      await unlink(join(this.path, mac));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

function contentOf(mac: string, allowed: boolean): string {
  return allowed ? `${mac}\n` : `${mac},ignore\n`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
