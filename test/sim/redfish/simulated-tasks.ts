import type { Answer } from './answer.js';

interface Task {
  readonly work: () => void;
  readsLeft: number;
  /** Whether it ends by itself. */
  isReleased: boolean;
  state: 'Running' | 'Completed' | 'Exception';
}

/** What goes on with tasks now. */
export interface TaskFaults {
  /** How often a task is read before it is over; 1 unless given, and none after {@link SimulatedTasks.release}. */
  readonly reads?: number;
  /** Tasks fail for this reason. */
  readonly fails?: string;
}

/** Tasks of a BMC: what was asked for is done when its task has been read often enough. */
export class SimulatedTasks {
  private readonly tasks: Task[] = [];

  /**
   * @param path of the collection
   * @param faults as they are when a task begins, is read or ends
   * @param endsByItself false for tasks that wait for {@link release}
   */
  constructor(
    private readonly path: string,
    private readonly faults: () => TaskFaults,
    private readonly endsByItself = true,
  ) {}

  /** The answer to a request that is done in its own time. */
  begin(work: () => void): Answer {
    this.tasks.push({ work, readsLeft: this.faults().reads ?? 1, isReleased: this.endsByItself, state: 'Running' });
    const location = `${this.path}/${this.tasks.length - 1}`;
    return { status: 202, headers: { location }, body: { '@odata.id': location, TaskState: 'Running' } };
  }

  /** Undefined for what is no task. */
  answer(asked: string): Answer | undefined {
    const task = asked.startsWith(`GET ${this.path}/`)
      ? this.tasks[Number(asked.slice(`GET ${this.path}/`.length))]
      : undefined;
    if (task === undefined) return undefined;
    task.readsLeft -= 1;
    if (task.isReleased && task.readsLeft < 0) this.finish(task);
    const messages = task.state === 'Exception' ? [{ Message: this.faults().fails }] : [];
    // One that nothing but a start of the machine ends is shown as scheduled when it has been read often enough.
    const isScheduled = !task.isReleased && task.state === 'Running' && task.readsLeft < 0;
    return { body: { TaskState: isScheduled ? 'Pending' : task.state, Messages: messages } };
  }

  /** What the tasks waited for has come: they go on by themselves. */
  release(): void {
    for (const task of this.tasks) {
      task.isReleased = true;
      task.readsLeft = this.faults().reads ?? 0;
      if (task.readsLeft === 0) this.finish(task);
    }
  }

  private finish(task: Task): void {
    if (task.state !== 'Running') return;
    task.state = this.faults().fails === undefined ? 'Completed' : 'Exception';
    if (task.state === 'Completed') task.work();
  }
}
