import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'bessemer-test-';
const made = new Set<string>();

/** A folder for one run; removed when the process ends, or by a later run if it was killed. */
export function temporaryFolder(purpose: string): string {
  if (made.size === 0) {
    removeAbandoned();
    process.once('exit', () => {
      for (const folder of made) removeTemporaryFolder(folder);
    });
  }
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-${purpose}-`));
  made.add(folder);
  return folder;
}

/** Removes a folder that {@link temporaryFolder} made. */
export function removeTemporaryFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  made.delete(folder);
}

function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
