import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Debian package of each program that the simulated BMCs and their tests run. */
const packages = { ipmi_sim: 'openipmi', ipmitool: 'ipmitool', setsid: 'util-linux' } as const;

/** A program that the BMC simulation needs. */
export type RequiredProgram = keyof typeof packages;

/**
 * @returns the path of a program.
 * @throws Error that says what to install when it is missing.
 */
export function requireProgram(name: RequiredProgram): string {
  // Debian keeps daemons where the path of an ordinary user does not look.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined) {
    throw new Error(`${name} is not installed: apt-get install ${packages[name]}`);
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not here: the next folder of the path may have it.
    return false;
  }
}
