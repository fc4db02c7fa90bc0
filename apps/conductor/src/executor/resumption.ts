import type { Questions } from '@bessemer/bus';
import { ResumeAnswer, type ResumeQuestion, rpcSubject } from '@bessemer/contracts';
import type { Journal } from '../journal/journal.js';
import { askCaughtUp } from './caught-up.js';
import { SupersededError } from './control.js';
import type { TaskRun } from './task-run.js';

const answerMs = 2000;

/**
 * Asks the api for leave before a step acts: it moves the node out of its wait state (docs/architecture.md, step 5), or
 * refuses because the task was aborted or replaced.
 */
export class Resumption {
  /** @param host name of this conductor, which the api sets as the node's reservation */
  constructor(
    private readonly questions: Questions,
    private readonly journal: Journal,
    private readonly host: string,
  ) {}

  /**
   * Returns when the node is in its working state for this task; asks nothing when it is there already.
   *
   * @throws SupersededError when the task is no longer the node's
   * @throws PostponedError when the api is away, or stays behind
   */
  async ensure(run: TaskRun): Promise<void> {
    if (!run.task.needs_resume) return;
    const answer = await askCaughtUp(run.lease.signal, () => this.ask(run));
    if (answer.verdict === 'refused')
      throw new SupersededError(run.task.uuid, answer.reason ?? 'the api refused it to resume');
    await this.journal.write(run.lease, run.task, { task: { in_wait: false, needs_resume: false } });
  }

  private ask(run: TaskRun): Promise<ResumeAnswer> {
    const { uuid: task, node, epoch, seq } = run.task;
    const question: ResumeQuestion = { task, node, epoch, seq, conductor: this.host, cause: run.resumeCause };
    return this.questions.ask(rpcSubject('api', 'resume'), question, { answer: ResumeAnswer, timeoutMs: answerMs });
  }
}
