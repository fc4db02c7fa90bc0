import { readdirSync, readFileSync } from 'node:fs';

const intervalMs = 15;
/** A process shows its parent's command line until it has become its own program. */
const youngLooks = 20;

/** Keeps the command lines of all processes that there are while it watches, as any user of the machine
 * could, and what ipmitool gets in its environment. */
export class ProcessWatch {
  readonly commandLines = new Set<string>();
  readonly ipmitoolEnvironments = new Set<string>();
  private readonly looks = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private round = 0;

  constructor() {
    this.look();
    this.timer = setInterval(() => this.look(), intervalMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    this.round += 1;
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    for (const pid of pids) {
      const looks = (this.looks.get(pid) ?? 0) + 1;
      this.looks.set(pid, looks);
      if (looks > youngLooks && this.round % youngLooks !== 0) continue;
      const line = read(pid, 'cmdline');
      if (line !== '') this.commandLines.add(line);
      if (/^\S*ipmitool /.test(line)) this.ipmitoolEnvironments.add(read(pid, 'environ'));
    }
    const alive = new Set(pids);
    for (const pid of this.looks.keys()) if (!alive.has(pid)) this.looks.delete(pid);
  }
}

function read(pid: string, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended since.
    return '';
  }
}
