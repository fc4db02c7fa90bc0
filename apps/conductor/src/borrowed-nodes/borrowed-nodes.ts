import type { Questions } from '@bessemer/bus';
import { BorrowAnswer, type BorrowQuestion, rpcSubject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { askCaughtUp } from '../executor/caught-up.js';
import { LockedNodeError, SupersededError, stopping } from '../executor/control.js';
import type { Resumption } from '../executor/resumption.js';
import type { TaskRun } from '../executor/task-run.js';
import type { HardwareCatalogue } from '../hardware/hardware-catalogue.js';
import type { SecretsOpener } from '../hardware/opened-node.js';
import type { Journal } from '../journal/journal.js';
import type { Leases } from '../leases/leases.js';
import type { StepRow } from '../tasks/task.js';
import { BorrowedNode } from './borrowed-node.js';

/** The api lets a question wait for a node that is locked for a moment. */
const answerMs = 8000;

/** Borrows the nodes above and below a task's own from the api, which lends each to one task at a time. */
export class BorrowedNodes {
  /** @param host name of this conductor, which the api sets as the reservation of what it lends */
  constructor(
    private readonly questions: Questions,
    private readonly leases: Leases,
    private readonly resumption: Resumption,
    private readonly journal: Journal,
    private readonly opener: SecretsOpener,
    private readonly catalogue: HardwareCatalogue,
    private readonly host: string,
  ) {}

  /** A node as it is, without a claim on it; undefined when it does not belong to the task's node any more. */
  look(run: TaskRun, uuid: string): Promise<BorrowedNode | undefined> {
    return stopping(run, () => this.request(run, uuid, true));
  }

  /**
   * Borrows a node until an event returns it or the task ends; a task may borrow again what it has.
   *
   * @returns undefined when it does not belong to the task's node any more
   * @throws LockedNodeError when somebody else works on it; whatever a guard throws
   */
  borrow(run: TaskRun, step: StepRow, uuid: string): Promise<BorrowedNode | undefined> {
    return stopping(run, async () => {
      await this.leases.guard(run.lease);
      await this.resumption.ensure(run);
      const node = await this.request(run, uuid, false);
      await this.leases.guard(run.lease);
      if (step.blocked_until !== null) {
        await this.journal.write(run.lease, run.task, { steps: [{ position: step.position, blocked_until: null }] });
        step.blocked_until = null;
      }
      return node;
    });
  }

  private async request(run: TaskRun, uuid: string, onlyLook: boolean): Promise<BorrowedNode | undefined> {
    const answer = await askCaughtUp(run.lease.signal, () => this.ask(run, uuid, onlyLook));
    switch (answer.verdict) {
      case 'granted':
        return this.open(run, answer);
      case 'gone':
        return undefined;
      case 'busy':
        throw new LockedNodeError(`Waiting for node ${uuid}: ${answer.reason ?? 'somebody else works on it'}.`);
      case 'refused':
        throw new SupersededError(run.task.uuid, answer.reason ?? `the api refused it the node ${uuid}`);
    }
  }

  private ask(run: TaskRun, borrowed: string, onlyLook: boolean): Promise<BorrowAnswer> {
    const { uuid: task, node, epoch, seq } = run.task;
    const question: BorrowQuestion = { task, node, epoch, seq, conductor: this.host, borrowed, onlyLook };
    return this.questions.ask(rpcSubject('api', 'borrow-node'), question, {
      answer: BorrowAnswer,
      timeoutMs: answerMs,
    });
  }

  private open(run: TaskRun, { node: record, ports = [], children = [], isLent = false }: BorrowAnswer): BorrowedNode {
    if (record === undefined) throw new BessemerError('internal', 'The api lent a node without its record.');
    const { node, secrets } = this.opener.open(record, {});
    run.secrets.push(...secrets);
    return new BorrowedNode(node, ports, children, isLent, () => this.catalogue.resolve(node));
  }
}
