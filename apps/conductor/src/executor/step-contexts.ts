import type { Questions } from '@bessemer/bus';
import {
  AdmissionAnswer,
  type AdmitQuestion,
  type BlobReference,
  ForgetAgentAnswer,
  type ForgetAgentQuestion,
  type Json,
  type JsonObject,
  type NodePatch,
  type RefuseQuestion,
  rpcSubject,
} from '@bessemer/contracts';
import type {
  AgentContact,
  HardwareType,
  InventoryDocument,
  ServiceEndpoints,
  StepContext,
  Timeouts,
  WakeUp,
} from '@bessemer/drivers';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import type { BlobFetcher } from '../blobs/blob-fetcher.js';
import type { Subject } from '../borrowed-nodes/borrowed-node.js';
import type { BorrowedNodes } from '../borrowed-nodes/borrowed-nodes.js';
import { withDriverSteps } from '../flows/planned-steps.js';
import { type SecretsOpener, scrub } from '../hardware/opened-node.js';
import { patchedRecord } from '../hardware/patched-record.js';
import type { InventoryStore } from '../inventories/inventory-store.js';
import type { Journal } from '../journal/journal.js';
import type { Leases } from '../leases/leases.js';
import type { StepRow } from '../tasks/task.js';
import { isPassing, PostponedError, SupersededError, stopping } from './control.js';
import { CoupledPower } from './coupled-power.js';
import { failureOf, withoutSecrets } from './failures.js';
import { Family } from './family.js';
import { type PowerReport, ReportingPower } from './reporting-power.js';
import type { Resumption } from './resumption.js';
import type { TaskRun } from './task-run.js';

const answerMs = 10_000;

/** What all step contexts are made with. */
export interface StepContextParts {
  readonly journal: Journal;
  readonly leases: Leases;
  readonly resumption: Resumption;
  readonly questions: Questions;
  readonly borrowedNodes: BorrowedNodes;
  readonly opener: SecretsOpener;
  readonly blobs: BlobFetcher;
  readonly inventories: InventoryStore;
  readonly endpoints: ServiceEndpoints;
  readonly timeouts: Timeouts;
  readonly now: () => Date;
}

/** Builds what a step gets. */
export class StepContexts {
  constructor(private readonly parts: StepContextParts) {}

  /**
   * The context of one call of one step.
   *
   * @param subject the node that it acts on, if it is not the task's own
   * @param attempt why the step is called, if not for what its row says
   */
  build(run: TaskRun, step: StepRow, subject: Subject = ownOf(run), attempt = step.attempt): StepContext {
    const { parts } = this;
    const guard = () => stopping(run, () => this.guard(run));
    const progress = (reason: string, patch?: NodePatch, error?: unknown) =>
      this.progress(run, step, subject, { reason, patch, error });
    return {
      get node() {
        return subject.node;
      },
      ports: subject.ports,
      hardware: this.hardwareOf(run, step, subject, progress),
      now: parts.now,
      signal: run.lease.signal,
      guard,
      task: run.task.uuid,
      kind: step.kind,
      verb: run.task.verb,
      attempt,
      ...(step.wake_up === null ? {} : { wakeUp: step.wake_up as WakeUp }),
      args: this.argumentsOf(run, step),
      taskArguments: withDriverSteps(run.arguments),
      get memory() {
        return step.memory;
      },
      ...(subject.isBorrowed ? {} : this.agentOf(run)),
      endpoints: parts.endpoints,
      timeouts: parts.timeouts,
      remember: (memory: { [key: string]: Json }) => this.remember(run, step, memory),
      progress: (reason: string) => progress(reason),
      admitNetworkBoot: (macs: string[]) => stopping(run, () => this.admit(run, subject, macs)),
      fetchBlob: (reference: BlobReference) => stopping(run, () => this.fetchBlob(run, reference)),
      storeInventory: (document: InventoryDocument) => stopping(run, () => this.storeInventory(run, document)),
      refuseNetworkBoot: () => stopping(run, () => this.refuse(run, subject)),
      forgetAgent: () => stopping(run, () => this.forgetAgent(run, subject)),
    };
  }

  /** Reports that the task lets go of a borrowed node. */
  async giveBack(run: TaskRun, step: StepRow, { node }: Subject): Promise<void> {
    const reason = `goes on after node ${node.uuid}`;
    await this.parts.journal.write(run.lease, run.task, {
      events: [{ what: 'progress', reason, ...run.placeOf(step), borrowed: { node: node.uuid, returned: true } }],
    });
  }

  private hardwareOf(run: TaskRun, step: StepRow, subject: Subject, progress: PowerReport): HardwareType {
    const { name, interfaces } = subject.hardware;
    const family = new Family(run, step, subject, this, this.parts.borrowedNodes);
    // The step of a power change reports its own node's power itself.
    const isReported = subject.isBorrowed || run.task.kind !== 'power';
    const power = isReported ? new ReportingPower(interfaces.power, progress) : interfaces.power;
    return { name, interfaces: { ...interfaces, power: new CoupledPower(power, family) } };
  }

  private argumentsOf(run: TaskRun, step: StepRow): JsonObject {
    const { args, secrets } = this.parts.opener.openStep(step.reference.args);
    run.secrets.push(...secrets);
    return args;
  }

  private agentOf(run: TaskRun): { agent?: AgentContact } {
    const { agent } = run.task;
    if (agent === null) return {};
    const token = this.parts.opener.openToken(run.task.node, agent.agent_token);
    run.secrets.push(token);
    return {
      agent: {
        callbackUrl: agent.callback_url,
        token,
        version: agent.agent_version ?? null,
        verifyCa: agent.agent_verify_ca ?? null,
      },
    };
  }

  private async guard(run: TaskRun): Promise<void> {
    await this.parts.leases.guard(run.lease);
    await this.parts.resumption.ensure(run);
    await this.parts.leases.guard(run.lease);
  }

  private async remember(run: TaskRun, step: StepRow, memory: JsonObject): Promise<void> {
    await this.parts.journal.write(run.lease, run.task, { steps: [{ position: step.position, memory }] });
    step.memory = memory;
  }

  private async progress(
    run: TaskRun,
    step: StepRow,
    subject: Subject,
    { reason, patch, error }: { reason: string; patch: NodePatch | undefined; error: unknown },
  ): Promise<void> {
    const { node, isBorrowed } = subject;
    const text = scrub(isBorrowed ? `node ${node.uuid}: ${reason}` : reason, run.secrets);
    // What fails on the task's own node is told by the end of the step.
    const isFailure = isBorrowed && error !== undefined && run.stop === undefined;
    const isOwnPatch = patch !== undefined && !isBorrowed;
    await this.parts.journal.write(run.lease, run.task, {
      task: { reason: text, ...(isOwnPatch ? { record: patchedRecord(run.task.record, patch) } : {}) },
      events: [
        {
          what: 'progress',
          reason: text,
          ...run.placeOf(step),
          ...(patch ? { patch } : {}),
          ...(isBorrowed ? { borrowed: { node: node.uuid, returned: false } } : {}),
          ...(isFailure ? { failure: withoutSecrets(failureOf(error), run.secrets) } : {}),
        },
      ],
    });
    subject.applyPatch(patch);
  }

  private async admit(run: TaskRun, subject: Subject, macs: string[]): Promise<AdmissionAnswer> {
    requireOwn(subject);
    await this.guard(run);
    const question: AdmitQuestion = { node: run.task.node, task: run.task.uuid, macs };
    return await this.ask(run, 'dhcp', 'admit', question, AdmissionAnswer);
  }

  private async fetchBlob(run: TaskRun, reference: BlobReference): Promise<Buffer> {
    return await postponing(() => this.parts.blobs.fetch(reference, run.lease.signal));
  }

  private async storeInventory(run: TaskRun, document: InventoryDocument): Promise<void> {
    await this.guard(run);
    const { node, uuid } = run.task;
    await postponing(() => this.parts.inventories.store(node, uuid, document, run.lease.signal));
  }

  private async refuse(run: TaskRun, subject: Subject): Promise<void> {
    requireOwn(subject);
    await this.guard(run);
    const question: RefuseQuestion = { node: run.task.node, task: run.task.uuid };
    await this.ask(run, 'dhcp', 'refuse', question, AdmissionAnswer);
  }

  private async forgetAgent(run: TaskRun, { node, isBorrowed }: Subject): Promise<void> {
    await this.guard(run);
    const question: ForgetAgentQuestion = { task: run.task.uuid, node: node.uuid, epoch: run.task.epoch };
    const answer = await this.ask(run, 'api', 'forget-agent', question, ForgetAgentAnswer);
    if (answer.verdict === 'refused')
      throw new SupersededError(run.task.uuid, 'the api keeps the agent of another task');
    if (isBorrowed) return;
    await this.parts.journal.write(run.lease, run.task, { task: { agent: null }, dropHeartbeats: true });
  }

  private async ask<A extends object>(
    run: TaskRun,
    service: 'api' | 'dhcp',
    method: string,
    question: object,
    answer: new () => A,
  ): Promise<A> {
    try {
      return await this.parts.questions.ask(rpcSubject(service, method), question, { answer, timeoutMs: answerMs });
    } catch (error) {
      run.lease.signal.throwIfAborted();
      if (isPassing(error)) throw new PostponedError(`Waiting for the service ${service}: ${error.message}`);
      throw error;
    }
  }
}

/** The task's own node as what steps act on. */
const ownOf = (run: TaskRun): Subject => ({
  get node() {
    return run.node;
  },
  ports: run.task.ports,
  children: run.task.children,
  hardware: run.hardware,
  isBorrowed: false,
  applyPatch: (patch) => run.applyPatch(patch),
});

async function postponing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isBessemerError(error) && error.code === 'unavailable') throw new PostponedError(error.message);
    throw error;
  }
}

function requireOwn({ node, isBorrowed }: Subject): void {
  if (isBorrowed)
    throw new BessemerError('unsupported', `Node ${node.uuid} cannot boot a ramdisk for the task of another node.`);
}
