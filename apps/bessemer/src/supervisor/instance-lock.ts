import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { BessemerError } from '@bessemer/errors';
import { identify, isAlive, type ProcessIdentity } from './process-identity.js';

/** The right to run the instance of one data folder; one process at a time has it. */
export class InstanceLock {
  private constructor(
    private readonly file: string,
    readonly holder: ProcessIdentity,
  ) {}

  /**
   * Takes the lock; one whose holder is gone is taken over.
   *
   * @throws `conflict` when a living process holds it
   */
  static async take(file: string): Promise<InstanceLock> {
    const holder = await identify(process.pid);
    if (!holder) throw new BessemerError('internal', 'The system does not tell when this process started.');
    const own = `${file}.${process.pid}`;
    await writeFile(own, JSON.stringify(holder));
    try {
      for (;;) {
        // A link appears with its content, so that nobody ever reads half a lock.
        const taken = await link(own, file).then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'EEXIST') return false;
            throw error;
          },
        );
        if (taken) return new InstanceLock(file, holder);
        const other = await InstanceLock.holderOf(file);
        if (other)
          throw new BessemerError('conflict', `This instance runs already, under the supervisor ${other.pid}.`);
        await rm(file, { force: true });
      }
    } finally {
      await rm(own, { force: true });
    }
  }

  /** The living process that holds the lock, if there is one. */
  static async holderOf(file: string): Promise<ProcessIdentity | undefined> {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const holder = JSON.parse(text) as ProcessIdentity;
    return (await isAlive(holder)) ? holder : undefined;
  }

  async release(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
