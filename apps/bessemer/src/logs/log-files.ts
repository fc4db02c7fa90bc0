import { type FSWatcher, watch } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BessemerError } from '@bessemer/errors';
import { type LogLine, readLogLine } from './log-line.js';

const suffix = '.log';

/**
 * Names of the logs in a folder.
 *
 * @param only a name, or the beginning of several (`conductor`)
 * @throws `not-found` when there is none
 */
export async function listLogs(folder: string, only?: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  const names = files.filter((file) => file.endsWith(suffix)).map((file) => file.slice(0, -suffix.length));
  const wanted = names.filter((name) => only === undefined || name === only || name.startsWith(`${only}-`));
  if (wanted.length > 0) return wanted.sort();
  throw new BessemerError('not-found', only ? `There is no log of "${only}" in ${folder}.` : `No logs in ${folder}.`, {
    remedy: names.length > 0 ? `There are: ${names.sort().join(', ')}.` : 'Start the instance with ./bessemer up.',
  });
}

/** The last lines of the logs, in the order of their times. */
export async function readLogs(folder: string, names: string[], count: number): Promise<string[]> {
  const all: LogLine[] = [];
  for (const name of names) {
    const text = await readFile(join(folder, name + suffix), 'utf8');
    let time = '';
    for (const line of text.split('\n').filter(Boolean).slice(-count)) {
      const read = readLogLine(name, line);
      time = read.time || time;
      all.push({ ...read, time });
    }
  }
  all.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return all.slice(-count).map(formatLine);
}

/** Writes what is added to the logs of a folder from now on, those that appear later included. */
export class LogFollower {
  private readonly offsets = new Map<string, number>();
  private readonly watcher: FSWatcher;
  private queue: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly wanted: (name: string) => boolean,
    private readonly write: (line: string) => void,
  ) {
    this.watcher = watch(folder, (_, file) => {
      if (file?.endsWith(suffix)) this.enqueue(file.slice(0, -suffix.length));
    });
  }

  /**
   * @param wanted which logs
   * @param write gets each line, made readable
   */
  static async start(
    folder: string,
    wanted: (name: string) => boolean,
    write: (line: string) => void,
  ): Promise<LogFollower> {
    const follower = new LogFollower(folder, wanted, write);
    for (const file of await readdir(folder)) {
      const name = file.slice(0, -suffix.length);
      if (!follower.offsets.has(name)) follower.offsets.set(name, (await stat(join(folder, file))).size);
    }
    return follower;
  }

  /** Writes what is still unread and ends. */
  async stop(): Promise<void> {
    this.watcher.close();
    for (const name of this.offsets.keys()) this.enqueue(name);
    await this.queue;
  }

  private enqueue(name: string): void {
    if (!this.wanted(name)) return;
    this.queue = this.queue
      .then(() => this.readOn(name))
      .catch((error: unknown) => this.write(`the log of ${name} cannot be read: ${String(error)}`));
  }

  private async readOn(name: string): Promise<void> {
    const file = await open(join(this.folder, name + suffix), 'r');
    try {
      const { size } = await file.stat();
      const from = Math.min(this.offsets.get(name) ?? 0, size);
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
      this.offsets.set(name, from + end);
      for (const line of buffer.subarray(0, end).toString('utf8').split('\n').filter(Boolean)) {
        this.write(formatLine(readLogLine(name, line)));
      }
    } finally {
      await file.close();
    }
  }
}

function formatLine({ time, text }: LogLine): string {
  return time ? `${time.slice(11, 23)} ${text}` : text;
}
