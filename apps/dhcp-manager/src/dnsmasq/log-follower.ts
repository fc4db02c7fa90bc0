import { type FSWatcher, watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { LogReader } from './log-reader.js';

/** Follows dnsmasq's log file as it grows, is rotated or comes to be. */
export class LogFollower {
  private watcher: FSWatcher | undefined;
  private offset: number | undefined;
  private inode: number | undefined;
  private rest = '';
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly reader: LogReader,
  ) {}

  /** Begins at the present end of the log. */
  async start(): Promise<void> {
    const { size, inode } = await this.look();
    this.offset = size;
    this.inode = inode;
    this.watch();
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.watcher?.close();
    this.watcher = undefined;
    await this.running;
  }

  /** The log's size now. */
  async position(): Promise<number> {
    return (await this.look()).size;
  }

  /** Reads what has been added; does so by itself when the file system tells, and is called by a sweep besides. */
  catchUp(): Promise<void> {
    if (this.watcher === undefined) this.watch();
    const reading = this.running.then(() => this.readOn());
    this.running = reading.catch(() => undefined);
    return reading;
  }

  private watch(): void {
    try {
      const name = basename(this.path);
      this.watcher = watch(dirname(this.path), { persistent: false }, (_, changed) => {
        // A failure is told to the sweep, which reads again.
        if (changed === null || changed === name) this.catchUp().catch(() => undefined);
      });
      this.watcher.on('error', () => this.unwatch());
    } catch {
      // The folder is not there yet: the sweep tries again, and reads whether it is watched or not.
      this.unwatch();
    }
  }

  private unwatch(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }

  private async readOn(): Promise<void> {
    const { size, inode } = await this.look();
    if (this.offset === undefined || inode !== this.inode || size < this.offset) {
      this.offset = 0;
      this.rest = '';
      this.reader.restart();
    }
    this.inode = inode;
    if (size === this.offset) return;
    const file = await open(this.path, 'r');
    try {
      const buffer = Buffer.alloc(size - this.offset);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.offset);
      this.take(buffer.subarray(0, bytesRead).toString('latin1'), this.offset);
      this.offset += bytesRead;
    } finally {
      await file.close();
    }
  }

  // Latin-1, so that a character is a byte and offsets are right.
  private take(text: string, offset: number): void {
    let begin = offset - this.rest.length;
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      this.reader.line(line, begin);
      begin += line.length + 1;
    }
  }

  private async look(): Promise<{ size: number; inode: number | undefined }> {
    try {
      const { size, ino } = await stat(this.path);
      return { size, inode: ino };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { size: 0, inode: undefined };
      throw error;
    }
  }
}
