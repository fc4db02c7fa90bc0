import type { Command } from 'commander';
import { DataFolder } from '../instance/data-folder.js';
import { readState } from '../instance/instance-state.js';
import { InstanceLock } from '../supervisor/instance-lock.js';
import { stopOrphans } from '../supervisor/orphans.js';
import { terminate } from '../supervisor/process-identity.js';
import { withDataOption } from './options.js';

const stopTimeoutMs = 45_000;

/** `./bessemer down`: stops an instance, wherever it was started from. */
export function register(program: Command): void {
  withDataOption(program.command('down').description('stop the instance')).action(async (options: { data: string }) => {
    const folder = new DataFolder(options.data);
    const say = (line: string) => process.stdout.write(`${line}\n`);
    const supervisor = await InstanceLock.holderOf(folder.lockFile);
    if (supervisor) await terminate(supervisor, 'SIGTERM', stopTimeoutMs);
    const orphans = await stopOrphans(await readState(folder.stateFile), say);
    say(supervisor || orphans > 0 ? 'stopped' : 'nothing runs');
  });
}
