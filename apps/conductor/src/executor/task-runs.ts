import type { FlowPolicy } from '../flows/flow.js';
import type { HardwareCatalogue } from '../hardware/hardware-catalogue.js';
import type { SecretsOpener } from '../hardware/opened-node.js';
import type { Journal } from '../journal/journal.js';
import type { Lease } from '../leases/lease.js';
import type { ClaimedTask, TasksRepository } from '../tasks/tasks.repository.js';
import { failureOf } from './failures.js';
import { TaskRun } from './task-run.js';

/** Opens claimed tasks: their journal, their secrets, their hardware. */
export class TaskRuns {
  constructor(
    private readonly repository: TasksRepository,
    private readonly journal: Journal,
    private readonly catalogue: HardwareCatalogue,
    private readonly opener: SecretsOpener,
    private readonly policy: FlowPolicy,
  ) {}

  /**
   * The run of a claimed task; undefined when its record cannot be worked with, which has failed the task.
   */
  async open(task: ClaimedTask, lease: Lease): Promise<TaskRun | undefined> {
    const steps = await this.repository.steps(task.uuid);
    try {
      const opened = this.opener.open(task.record, task.arguments);
      const hardware = this.catalogue.resolve({ ...task.record, instance_info: opened.node.instance_info });
      return new TaskRun(task, lease, steps, opened, hardware, this.policy);
    } catch (error) {
      const failure = failureOf(error);
      const signals = await this.repository.signals(task.uuid);
      const abort = signals.filter(({ kind, epoch }) => kind === 'abort' && epoch > task.epoch).at(-1);
      await this.journal.write(lease, task, {
        task: {
          state: 'failed',
          ending: { how: 'fail', failure },
          ...(abort === undefined ? {} : { epoch: abort.epoch }),
        },
        take: abort === undefined ? [] : [abort],
        events: [{ what: 'failed', failure, ...(task.kind === 'power' ? {} : { transition: 'fail' }) }],
        end: true,
      });
      return undefined;
    }
  }
}
