import { readdirSync, readFileSync } from 'node:fs';

/** The parts whose time on the processors is told apart. */
export const meteredParts = ['api', 'postgres', 'others', 'client'] as const;
export type MeteredPart = (typeof meteredParts)[number];

/** Time on the processors since each part began, in µs. */
export type CpuTimes = Readonly<Record<MeteredPart, number>>;

/** Linux tells times to programs in hundredths of a second on every architecture (proc(5), sysconf(3)). */
const microsecondsPerTick = 10_000;
const bytesPerKibibyte = 1024;

interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  /** Of its children that have ended. */
  readonly ended: number;
}

/** Reads what the processes of an instance, and this one, have used. Linux alone tells it. */
export class ProcessMeter {
  /**
   * @param pids the api, the first process of Postgres, and all others of the instance
   * @throws when there is no /proc
   */
  constructor(private readonly pids: { api: number; postgres: number; others: readonly number[] }) {
    requireTimes(pids.api);
  }

  cpu(): CpuTimes {
    const { user, system } = process.cpuUsage();
    const { api, postgres, others } = this.pids;
    return {
      api: requireTimes(api).own,
      postgres: familyTime(postgres),
      others: others.reduce((sum, pid) => sum + requireTimes(pid).own, 0),
      client: user + system,
    };
  }

  /** Main memory that the api uses now, in bytes. */
  apiMemory(): number {
    return memoryOf(this.pids.api, 'VmRSS');
  }

  /** The most main memory that the api has ever used, in bytes. */
  apiPeakMemory(): number {
    return memoryOf(this.pids.api, 'VmHWM');
  }
}

/** Postgres serves each connection by a process of its own, all of them children of the first. */
function familyTime(first: number): number {
  const { own, ended } = requireTimes(first);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, pid) => {
    const times = timesOf(Number(pid));
    return times?.parent === first ? sum + times.own : sum;
  }, own + ended);
}

function requireTimes(pid: number): ProcessTimes {
  const times = timesOf(pid);
  if (times === undefined) throw new Error(`process ${pid} has ended, or there is no /proc to read it from`);
  return times;
}

function timesOf(pid: number): ProcessTimes | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field, in parentheses, may hold anything; the first one after it is the third of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (place: number): number => Number(fields[place - 3]);
  return {
    parent: field(4),
    own: (field(14) + field(15)) * microsecondsPerTick,
    ended: (field(16) + field(17)) * microsecondsPerTick,
  };
}

function memoryOf(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readIfThere(`/proc/${pid}/status`) ?? '')?.[1];
  if (value === undefined) throw new Error(`/proc does not tell ${name} of process ${pid}`);
  return Number(value) * bytesPerKibibyte;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // ESRCH: it ended while it was read.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}
