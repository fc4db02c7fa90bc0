import { execFile } from 'node:child_process';
import { requireProgram } from './required-programs.js';

/** Where and as whom to reach a BMC. */
export interface BmcAccess {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/**
 * Runs the real ipmitool against a BMC (cipher suite 3: finding a suite takes ipmi_sim 10 s).
 * @param args the command, e.g. `['power', 'on']`.
 * @returns what it printed, trimmed.
 * @throws Error with what it printed when it fails.
 */
export function ipmitool(bmc: BmcAccess, args: readonly string[]): Promise<string> {
  const access = ['-I', 'lanplus', '-C', '3', '-N', '1', '-R', '2', '-H', bmc.address, '-p', String(bmc.port)];
  return new Promise((resolve, reject) => {
    execFile(
      requireProgram('ipmitool'),
      [...access, '-U', bmc.user, '-E', ...args],
      { env: { PATH: process.env.PATH, IPMI_PASSWORD: bmc.password } },
      (error, stdout, stderr) =>
        error === null ? resolve(stdout.trim()) : reject(new Error(`ipmitool ${args.join(' ')}: ${stderr}${stdout}`)),
    );
  });
}
