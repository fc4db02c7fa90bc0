import type { AgentExtension } from '../command-runner.js';
import type { Disk } from '../disk.js';

/** The `image` extension: a boot loader comes with the image, so its installation only flushes the disk. */
export function imageExtension(disk: Disk): AgentExtension {
  return {
    install_bootloader: { isSync: false, needs: ['root_uuid'], run: () => disk.use(async () => undefined) },
  };
}
