import { gunzipSync } from 'node:zlib';
import { AgentError } from './agent-error.js';
import type { Disk } from './disk.js';

/** The size of the partition that the config drive gets at the end of the disk, in bytes. */
export const configDriveBytes = 64 * 2 ** 20;

/**
 * Writes a config drive to the last 64 MiB of the disk.
 * @param encoded base64 of a gzipped file system image.
 * @throws AgentError when it is not that, or too big.
 */
export async function writeConfigDrive(disk: Disk, encoded: unknown): Promise<void> {
  const content = decode(encoded);
  if (content.length > configDriveBytes || disk.size < configDriveBytes) {
    throw configDriveError(`${content.length} bytes do not fit into the config drive's ${configDriveBytes}`);
  }
  await disk.use(async (file) => {
    await file.write(content, 0, content.length, disk.size - configDriveBytes);
  });
}

function decode(encoded: unknown): Buffer {
  if (typeof encoded !== 'string') {
    throw configDriveError('the config drive must be a string: base64 of a gzipped image, or a URL');
  }
  try {
    return gunzipSync(Buffer.from(encoded, 'base64'));
  } catch (error) {
    throw configDriveError(`the config drive is not base64 of a gzipped image: ${(error as Error).message}`);
  }
}

function configDriveError(details: string): AgentError {
  return new AgentError('ConfigDriveReadError', 500, 'Error reading the config drive', details);
}
