import type { TaskCommand } from '@bessemer/contracts';
import { waitFor } from '../../../integration/stack/index.js';
import type { ConductorDouble, Report } from '../conductor-double.js';

/** Has a conductor double begin and end every task that it is told to do, many at once, until {@link leave}. */
export class Attendant {
  /** The commands that were done or are under way. */
  readonly taken: TaskCommand[] = [];
  private readonly jobs: Promise<void>[] = [];
  private readonly loop: Promise<void>;
  private isLeaving = false;

  /** @param endOf how a task ends */
  constructor(
    private readonly conductor: ConductorDouble,
    private readonly endOf: (command: TaskCommand) => Report,
  ) {
    this.loop = this.attend();
  }

  /** Resolves when all that was commanded is done. */
  async leave(): Promise<void> {
    this.isLeaving = true;
    await this.loop;
    await Promise.all(this.jobs);
  }

  private async attend(): Promise<void> {
    const { commands } = this.conductor;
    for (;;) {
      await waitFor(
        'the next command',
        () => commands.length > this.taken.length || this.isLeaving,
        Number.POSITIVE_INFINITY,
      );
      const next = commands.slice(this.taken.length);
      if (next.length === 0) return;
      this.taken.push(...next);
      this.jobs.push(...next.map((command) => this.work(command)));
    }
  }

  private work(command: TaskCommand): Promise<void> {
    return this.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started' }, this.endOf(command)]);
  }
}
