import type { Database } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import type { Executor } from '../executor/executor.js';
import type { TaskRun } from '../executor/task-run.js';
import type { TaskRuns } from '../executor/task-runs.js';
import type { Leases } from '../leases/leases.js';
import { monotonicMs } from '../leases/monotonic.js';
import type { TaskLane } from '../tasks/task.js';
import type { Claimant, ClaimedTask, TasksRepository } from '../tasks/tasks.repository.js';
import type { TasksService } from '../tasks/tasks.service.js';

const sweepMs = 1000;
const pruneMs = 3_600_000;
/** How long tasks that are over are kept, with their journals. */
const retentionDays = 7;
/** How many due tasks one sweep takes; the next one takes more. */
const batch = 100;
const stopPatienceMs = 5000;
const lanes: readonly TaskLane[] = ['power', 'provision'];

interface Running {
  lane: TaskLane;
  run: TaskRun | undefined;
  done: Promise<void>;
}

/**
 * Decides which tasks this conductor works on: those that are due whoever had them, at once when Postgres tells of them
 * and else in the sweep of each second, and queued ones up to its limit.
 */
export class Dispatcher {
  private readonly running = new Map<string, Running>();
  private sweepTimer: NodeJS.Timeout | undefined;
  private dueTimer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private sweepAgain = false;
  private stopping = false;
  private prunedAt = 0;

  /** @param limit tasks of a lane at once */
  constructor(
    private readonly database: Database,
    private readonly repository: TasksRepository,
    private readonly service: TasksService,
    private readonly leases: Leases,
    private readonly runs: TaskRuns,
    private readonly executor: Executor,
    private readonly claimant: Claimant,
    private readonly limit: number,
    private readonly logger: Logger,
  ) {}

  /** Starts the sweep; the first one is now. */
  start(): void {
    this.sweepTimer = setInterval(() => this.wake(), sweepMs);
    this.wake();
  }

  /** Claims nothing more, lets steps that run come to their end for a while, and hands the rest over. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.sweepTimer);
    clearTimeout(this.dueTimer);
    await this.sweeping;
    const all = Promise.all([...this.running.values()].map(({ done }) => done));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopPatienceMs);
    });
    await Promise.race([all, patience]);
    clearTimeout(timer);
    for (const { run } of this.running.values()) run?.lease.lose('the conductor stops');
    await all;
  }

  /** Something changed in a task, or a task came: looks at once. */
  wake(task?: string): void {
    const run = task === undefined ? undefined : this.running.get(task)?.run;
    // A cancel of a running task voids its lease; the answer of Postgres makes the run stop.
    if (run !== undefined) void this.leases.verify(run.lease);
    if (this.stopping) return;
    this.sweepAgain = true;
    this.sweeping ??= this.sweep().finally(() => {
      this.sweeping = undefined;
      if (this.sweepAgain) this.wake();
    });
  }

  /** How many tasks this conductor works on now. */
  get load(): number {
    return this.running.size;
  }

  private async sweep(): Promise<void> {
    this.sweepAgain = false;
    try {
      await this.claim(() => this.repository.claimDue(this.claimant, null, batch));
      for (const lane of lanes) await this.admit(lane);
      await this.scheduleNext();
      await this.prune();
    } catch (error) {
      this.logger.warn({ err: error }, 'the sweep of tasks failed');
    }
  }

  private async admit(lane: TaskLane): Promise<void> {
    const busy = [...this.running.values()].filter((running) => running.lane === lane).length;
    const places = this.limit - busy;
    if (places > 0) await this.claim(() => this.repository.claimQueued(this.claimant, lane, places));
    else await this.explain(lane);
  }

  private async explain(lane: TaskLane): Promise<void> {
    const reason = `Waiting for its turn: ${this.claimant.host} works on ${this.limit} ${lane} tasks, as many as it may at once.`;
    for (const task of await this.repository.unexplained(this.claimant, lane))
      await this.database.transaction((tx) => this.service.explain(task, reason, tx));
  }

  private async claim(claim: () => Promise<ClaimedTask[]>): Promise<void> {
    const askedAt = monotonicMs();
    for (const task of await claim()) this.work(task, askedAt);
  }

  private work(task: ClaimedTask, askedAt: number): void {
    // Its own lease ran out here while the run had not noticed yet.
    this.running.get(task.uuid)?.run?.lease.lose('claimed anew');
    const { uuid, node, kind, claimed_from: from, fence } = task;
    this.logger.info({ task: uuid, node, kind, from: from ?? task.previous_owner, fence }, 'working on a task');
    const lease = this.leases.hold(task.uuid, task.fence, askedAt);
    const running: Running = { lane: task.lane, run: undefined, done: Promise.resolve() };
    running.done = this.runs
      .open(task, lease)
      .then(async (run) => {
        running.run = run;
        if (run !== undefined) await this.executor.run(run, () => !this.stopping);
      })
      .catch((error) => this.logger.error({ err: error, task: task.uuid }, 'a task could not be opened'))
      .finally(() => {
        this.leases.release(lease);
        if (this.running.get(task.uuid) === running) this.running.delete(task.uuid);
        this.logger.info({ task: uuid, node, kind, state: running.run?.task.state, fence }, 'let go of a task');
        this.wake();
      });
    this.running.set(task.uuid, running);
  }

  // Rows that are due before the next sweep get a timer, so that a retry after 100 ms is one.
  private async scheduleNext(): Promise<void> {
    clearTimeout(this.dueTimer);
    const dueIn = await this.repository.nextDue(this.claimant, sweepMs);
    if (dueIn !== undefined && !this.stopping) this.dueTimer = setTimeout(() => this.wake(), dueIn);
  }

  private async prune(): Promise<void> {
    if (monotonicMs() - this.prunedAt < pruneMs) return;
    this.prunedAt = monotonicMs();
    await this.repository.prune(retentionDays);
  }
}
