import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const pollMs = 50;

/** A process beyond doubt: pids are used again, a pid with its start time is not. */
export interface ProcessIdentity {
  pid: number;
  /** As the system tells it; compared, never parsed. */
  startTime: string;
}

/** The identity of a process that runs now, undefined when there is none. A zombie runs no more. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (!(pid > 0)) return undefined;
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The second field, in parentheses, may hold anything; see proc(5): state is the 3rd field, starttime the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTime = fields[19];
    return startTime && fields[0] !== 'Z' && fields[0] !== 'X' ? { pid, startTime } : undefined;
  }
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim() ? { pid, startTime: stdout.trim() } : undefined;
}

/** Whether this very process still runs. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.startTime === identity.startTime;
}

/**
 * Ends a process that is no child of ours: asks first, kills after the time given. Returns when it is gone.
 *
 * @param signal with which it is asked
 */
export async function terminate(identity: ProcessIdentity, signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
  if (!(await isAlive(identity))) return;
  process.kill(identity.pid, signal);
  if (await gone(identity, timeoutMs)) return;
  process.kill(identity.pid, 'SIGKILL');
  await gone(identity, timeoutMs);
}

async function gone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (await isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return true;
}
