import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** @returns the start time of a process in clock ticks, null when it has ended. */
export function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    // No such process: it has ended.
    return null;
  }
}

/** @returns true when the process lives and is the one that was recorded, not a later one with the same id. */
export function isSameProcess(pid: number, startTime: string): boolean {
  return pid > 0 && startTime !== '' && startTimeOf(pid) === startTime;
}

/**
 * Finds the processes that work in a folder and were given a variable.
 * @param folder their working directory, an absolute path.
 * @param variable the name of an environment variable that they have.
 * @returns their process ids.
 */
export function processesIn(folder: string, variable: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readlinkSync(`/proc/${pid}/cwd`) === folder &&
          readFileSync(`/proc/${pid}/environ`, 'utf8')
            .split('\0')
            .some((entry) => entry.startsWith(`${variable}=`))
        );
      } catch {
        // It has ended meanwhile, belongs to somebody else, or is no process at all.
        return false;
      }
    });
}

/** Kills a process that may have ended meanwhile. */
export function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error;
    }
  }
}
