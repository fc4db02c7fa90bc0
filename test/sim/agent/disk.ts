import { type FileHandle, open, truncate } from 'node:fs/promises';

/** How much of a disk's head and tail holds partition tables and superblocks, in bytes. */
export const metadataBytes = 2 ** 20;

/** The disk of a simulated machine: a sparse file of the disk's size. */
export class Disk {
  /**
   * @param path the disk file.
   * @param size the disk's size in bytes.
   */
  constructor(
    readonly path: string,
    readonly size: number,
  ) {}

  /** Makes the file where it is missing and gives it its size; what it holds stays. */
  async attach(): Promise<void> {
    const file = await open(this.path, 'a', 0o600);
    await file.close();
    await truncate(this.path, this.size);
  }

  /** Overwrites head and tail with zeros. */
  async eraseMetadata(): Promise<void> {
    await this.use(async (file) => {
      const zeros = Buffer.alloc(Math.min(metadataBytes, this.size));
      await file.write(zeros, 0, zeros.length, 0);
      await file.write(zeros, 0, zeros.length, this.size - zeros.length);
    });
  }

  /** Erases the whole disk: it reads as zeros afterwards. */
  async erase(): Promise<void> {
    await truncate(this.path, 0);
    await truncate(this.path, this.size);
  }

  /** Opens the disk for an action and flushes it afterwards. */
  async use<T>(act: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await open(this.path, 'r+');
    try {
      const value = await act(file);
      await file.datasync();
      return value;
    } finally {
      await file.close();
    }
  }
}
