import { randomUUID } from 'node:crypto';
import type { AgentExtension } from '../command-runner.js';
import type { Disk } from '../disk.js';
import type { ImageInfo } from '../image-checksum.js';
import type { ImageWriter } from '../image-writer.js';

/** What the standby commands work on. */
export interface StandbyTools {
  readonly disk: Disk;
  readonly writer: ImageWriter;
  /** Powers the machine off or boots it anew, shortly after the command was answered. */
  readonly leave: (how: 'power off' | 'reboot') => void;
}

/** The `standby` extension: images, and the end of the ramdisk. */
export function standbyExtension({ disk, writer, leave }: StandbyTools): AgentExtension {
  const rootUuid = randomUUID();
  return {
    prepare_image: {
      isSync: false,
      needs: ['image_info'],
      run: async ({ image_info, configdrive }) => {
        const message = await writer.write(image_info as ImageInfo, configdrive);
        return `prepare_image: ${message}root_uuid=${rootUuid}`;
      },
    },
    get_partition_uuids: {
      isSync: true,
      run: async () => ({ 'root uuid': rootUuid, partitions: {} }),
    },
    sync: {
      isSync: true,
      run: () => disk.use(async () => undefined),
    },
    power_off: { isSync: false, run: async () => leave('power off') },
    run_image: { isSync: false, run: async () => leave('reboot') },
  };
}
