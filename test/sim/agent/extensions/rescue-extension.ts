import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineFolder } from '../../machine/machine-folder.js';
import type { AgentExtension } from '../command-runner.js';

/**
 * The `rescue` extension.
 * @param stopApi ends the agent after the command was answered; the ramdisk goes on as the rescue system.
 */
export function rescueExtension(folder: MachineFolder, stopApi: () => void): AgentExtension {
  return {
    finalize_rescue: {
      isSync: true,
      needs: ['rescue_password'],
      run: async ({ rescue_password }) => {
        await writeFile(join(folder.path, 'rescue-password'), String(rescue_password), { mode: 0o600 });
        stopApi();
      },
    },
  };
}
