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
import type { AgentContact, HardwareType, ServiceEndpoints, StepContext, Timeouts, WakeUp } from '@bessemer/drivers';
import { isBessemerError } from '@bessemer/errors';
import type { BlobFetcher } from '../blobs/blob-fetcher.js';
import { withoutBuiltins } from '../flows/planned-steps.js';
import { type SecretsOpener, scrub } from '../hardware/opened-node.js';
import { patchedRecord } from '../hardware/patched-record.js';
import type { Journal } from '../journal/journal.js';
import type { Leases } from '../leases/leases.js';
import type { StepRow } from '../tasks/task.js';
import { isPassing, PostponedError, SupersededError } from './control.js';
import { ReportingPower } from './reporting-power.js';
import type { Resumption } from './resumption.js';
import type { TaskRun } from './task-run.js';

const answerMs = 10_000;

/** What all step contexts are made with. */
export interface StepContextParts {
  readonly journal: Journal;
  readonly leases: Leases;
  readonly resumption: Resumption;
  readonly questions: Questions;
  readonly opener: SecretsOpener;
  readonly blobs: BlobFetcher;
  readonly endpoints: ServiceEndpoints;
  readonly timeouts: Timeouts;
  readonly now: () => Date;
}

/** Builds what a step gets. */
export class StepContexts {
  constructor(private readonly parts: StepContextParts) {}

  /** The context of one call of one step. */
  build(run: TaskRun, step: StepRow): StepContext {
    const { parts } = this;
    const guard = () => stopping(run, () => this.guard(run));
    const progress = (reason: string, patch?: NodePatch) => this.progress(run, step, reason, patch);
    return {
      get node() {
        return run.node;
      },
      ports: run.task.ports,
      hardware: reportingHardware(run, progress),
      now: parts.now,
      signal: run.lease.signal,
      guard,
      task: run.task.uuid,
      kind: step.kind,
      verb: run.task.verb,
      attempt: step.attempt,
      ...(step.wake_up === null ? {} : { wakeUp: step.wake_up as WakeUp }),
      args: this.argumentsOf(run, step),
      taskArguments: withoutBuiltins(run.arguments),
      get memory() {
        return step.memory;
      },
      ...this.agentOf(run),
      endpoints: parts.endpoints,
      timeouts: parts.timeouts,
      remember: (memory: { [key: string]: Json }) => this.remember(run, step, memory),
      progress: (reason: string) => progress(reason),
      admitNetworkBoot: (macs: string[]) => stopping(run, () => this.admit(run, macs)),
      fetchBlob: (reference: BlobReference) => stopping(run, () => this.fetchBlob(run, reference)),
      refuseNetworkBoot: () => stopping(run, () => this.refuse(run)),
      forgetAgent: () => stopping(run, () => this.forgetAgent(run)),
    };
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

  private async progress(run: TaskRun, step: StepRow, reason: string, patch?: NodePatch): Promise<void> {
    const text = scrub(reason, run.secrets);
    const record = patchedRecord(run.task.record, patch);
    await this.parts.journal.write(run.lease, run.task, {
      task: patch === undefined ? { reason: text } : { reason: text, record },
      events: [{ what: 'progress', reason: text, ...run.placeOf(step), ...(patch ? { patch } : {}) }],
    });
    run.applyPatch(patch);
  }

  private async admit(run: TaskRun, macs: string[]): Promise<AdmissionAnswer> {
    await this.guard(run);
    const question: AdmitQuestion = { node: run.task.node, task: run.task.uuid, macs };
    return await this.ask(run, 'dhcp', 'admit', question, AdmissionAnswer);
  }

  private async fetchBlob(run: TaskRun, reference: BlobReference): Promise<Buffer> {
    try {
      return await this.parts.blobs.fetch(reference, run.lease.signal);
    } catch (error) {
      if (isBessemerError(error) && error.code === 'unavailable') throw new PostponedError(error.message);
      throw error;
    }
  }

  private async refuse(run: TaskRun): Promise<void> {
    await this.guard(run);
    const question: RefuseQuestion = { node: run.task.node, task: run.task.uuid };
    await this.ask(run, 'dhcp', 'refuse', question, AdmissionAnswer);
  }

  private async forgetAgent(run: TaskRun): Promise<void> {
    await this.guard(run);
    const question: ForgetAgentQuestion = { task: run.task.uuid, node: run.task.node, epoch: run.task.epoch };
    const answer = await this.ask(run, 'api', 'forget-agent', question, ForgetAgentAnswer);
    if (answer.verdict === 'refused')
      throw new SupersededError(run.task.uuid, 'the api keeps the agent of another task');
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

// A driver may catch what is thrown at it; the executor then still knows that the call is over.
async function stopping<T>(run: TaskRun, work: () => Promise<T>): Promise<T> {
  if (run.stop !== undefined) throw run.stop;
  try {
    return await work();
  } catch (error) {
    if (error instanceof SupersededError || error instanceof PostponedError) run.stop = error;
    throw error;
  }
}

function reportingHardware(run: TaskRun, progress: (reason: string, patch: NodePatch) => Promise<void>): HardwareType {
  const { name, interfaces } = run.hardware;
  if (run.task.kind === 'power') return run.hardware;
  return { name, interfaces: { ...interfaces, power: new ReportingPower(interfaces.power, progress) } };
}
