import type { JsonObject } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { type Abort, type Decision, decide, type Move, type Start, type Unhold } from '@bessemer/lifecycle';
import { maskSecrets } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import { DriverQuestions } from '../drivers/driver-questions.js';
import { HistoryRepository } from '../history/history.repository.js';
import { entryInState, historyTypeOf, nameOfStep } from '../history/history-entry.js';
import type { RequestContext } from '../http/context.js';
import { NodeGate } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { type NodeRow, stateOf, targetOf } from '../nodes/node-row.js';
import { NodeTransitions } from '../nodes/node-transitions.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { ConcurrentChangeError } from '../records/write.js';
import { acceptedTask, noAgent, TaskStart } from '../tasks/task-start.js';
import { InstanceArguments } from './instance-arguments.js';
import { type ProvisionRequest, readArguments, readProvisionRequest } from './provision-arguments.js';
import { WantedSteps } from './wanted-steps.js';

const attempts = 10;

type Accepted = Exclude<Decision, { kind: 'refuse' }>;

/** The verbs of the lifecycle. */
@Injectable()
export class ProvisionService {
  constructor(
    private readonly database: Database,
    private readonly lookup: NodeLookup,
    private readonly nodes: NodesRepository,
    private readonly gate: NodeGate,
    private readonly transitions: NodeTransitions,
    private readonly drivers: DriverQuestions,
    private readonly start: TaskStart,
    private readonly steps: WantedSteps,
    private readonly instances: InstanceArguments,
    private readonly history: HistoryRepository,
  ) {}

  /**
   * Does what the body asks for; when it returns, the change is committed.
   *
   * @param onlyAtEpoch refuses (`conflict`) when the node has had another task since; for one who may ask twice
   * @returns the node's UUID
   */
  async request(ident: string, body: unknown, context: RequestContext, onlyAtEpoch?: number): Promise<string> {
    const request = readProvisionRequest(body);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(ident, request, context, onlyAtEpoch);
      } catch (error) {
        // Somebody else changed the node between the look at it and the change: look again.
        if (!(error instanceof ConcurrentChangeError) || attempt === attempts) throw error;
      }
    }
  }

  private async attempt(
    ident: string,
    request: ProvisionRequest,
    context: RequestContext,
    onlyAtEpoch?: number,
  ): Promise<string> {
    const node = await this.gate.free(() => this.lookup.require(ident, context), context);
    if (onlyAtEpoch !== undefined && node.epoch !== onlyAtEpoch)
      throw new BessemerError('conflict', `Node ${node.uuid} has had another task meanwhile.`);
    const decision = this.decide(node, request.target, context);
    const args = readArguments(request, decision.event, context.minor);
    if (decision.kind === 'start') await this.startTask(node, decision, request.target, args, context);
    else await this.database.transaction((tx) => this.carryOut(tx, node, decision, context));
    return node.uuid;
  }

  private decide(node: NodeRow, verb: string, context: RequestContext): Accepted {
    const decision = decide(verb, stateOf(node), {
      node: node.uuid,
      version: context.minor,
      target: targetOf(node),
      maintenance: node.maintenance,
      protected: node.protected,
      retired: node.retired,
      ...(node.task_step === null ? {} : { stepAbortable: node.task_step.abortable }),
    });
    if (decision.kind !== 'refuse') return decision;
    throw new BessemerError(decision.code, decision.reason, { field: 'target' });
  }

  private async carryOut(
    tx: Transaction,
    node: NodeRow,
    decision: Exclude<Accepted, Start>,
    context: RequestContext,
  ): Promise<void> {
    switch (decision.kind) {
      case 'move':
        return this.move(tx, node, decision, context);
      case 'abort':
        return this.abort(tx, node, decision, context);
      case 'unhold':
        return this.unhold(tx, node, decision, context);
    }
  }

  private async startTask(
    node: NodeRow,
    decision: Start,
    verb: string,
    given: JsonObject,
    context: RequestContext,
  ): Promise<void> {
    const steps = await this.steps.complete(node, decision.event, given, context.minor);
    await this.drivers.requireAgreement(node, decision.event, verb, publicPart(steps.arguments));
    await this.database.transaction(async (tx) => {
      await this.steps.requireUnchanged(tx, node, steps);
      await this.acceptTask(tx, node, decision, verb, steps.arguments, context);
    });
  }

  private async acceptTask(
    tx: Transaction,
    node: NodeRow,
    decision: Start,
    verb: string,
    args: JsonObject,
    context: RequestContext,
  ): Promise<void> {
    const accepted = acceptedTask(node, decision.task, context);
    const instance = await this.instances.apply(tx, node, args);
    if (node.task !== null)
      await this.start.signal(tx, node, {
        task: node.task,
        kind: 'cancel',
        epoch: node.epoch + 1,
        data: { reason: `Replaced by ${verb}.` },
      });
    const moved = await this.transitions.move(
      tx,
      node,
      { event: decision.event, ...decision.next },
      { eventType: decision.task, requester: context },
      {
        ...noAgent(node),
        clean_step: {},
        deploy_step: {},
        service_step: {},
        last_error: null,
        ...accepted,
        ...instance.changes,
      },
    );
    await this.start.command(
      tx,
      moved,
      decision.task,
      { uuid: String(moved.task), epoch: moved.epoch },
      { verb, arguments: instance.arguments, requestId: context.requestId, user: context.user },
    );
  }

  private async move(tx: Transaction, node: NodeRow, decision: Move, context: RequestContext): Promise<void> {
    await this.transitions.move(
      tx,
      node,
      { event: decision.event, ...decision.next },
      { eventType: 'provisioning', requester: context },
    );
  }

  private async abort(tx: Transaction, node: NodeRow, decision: Abort, context: RequestContext): Promise<void> {
    if (decision.when === 'after-step') {
      await this.nodes.update(tx, node, { abort_after: true, ...stepsToAbortAfter(node) });
      const event = `By request, the ${decision.task} operation is aborted at the end of its step.`;
      const step = nameOfStep(node.task_step);
      const entry = {
        severity: 'INFO',
        event,
        event_type: historyTypeOf(decision.task),
        conductor: null,
        step,
      } as const;
      await this.history.add(tx, entryInState(node, entry, context));
      return;
    }
    const error = `By request, the ${decision.task} operation was aborted.`;
    const isOver = node.task === null;
    const moved = await this.transitions.move(
      tx,
      node,
      { event: decision.event, ...decision.next },
      {
        eventType: decision.task,
        requester: context,
        step: nameOfStep(node.task_step),
        ...(isOver ? {} : { error, isByRequest: true }),
      },
      isOver
        ? { last_error: null }
        : {
            last_error: error,
            epoch: node.epoch + 1,
            task_seq: 0,
            task_reason: 'Aborted; cleans up.',
            task_since: new Date(),
            task_deadline: null,
            task_ending: decision.afterCleanUp,
          },
    );
    if (moved.task !== null)
      await this.start.signal(
        tx,
        moved,
        { task: moved.task, kind: 'abort', epoch: moved.epoch, data: { reason: error } },
        true,
      );
  }

  private async unhold(tx: Transaction, node: NodeRow, decision: Unhold, context: RequestContext): Promise<void> {
    const moved = await this.transitions.move(
      tx,
      node,
      { event: decision.event, ...decision.next },
      { eventType: decision.task, requester: context },
      { task_reason: 'Released from its hold.', task_since: new Date(), task_waits_for: null },
    );
    if (moved.task !== null)
      await this.start.signal(tx, moved, {
        task: moved.task,
        kind: 'unhold',
        epoch: moved.epoch,
        data: { continues: decision.continues },
      });
  }
}

/** The steps that the node shows, with the abort that follows them. */
function stepsToAbortAfter(node: NodeRow): Partial<NodeRow> {
  const running = (['clean_step', 'deploy_step', 'service_step'] as const).filter(
    (name) => Object.keys(node[name]).length > 0,
  );
  return Object.fromEntries(running.map((name) => [name, { ...node[name], abort_after: true }]));
}

/** What a question may carry of the arguments: nothing large, and secrets masked. */
function publicPart(args: JsonObject): JsonObject {
  const { configdrive: _, rescue_password: __, ...rest } = args;
  return maskSecrets(rest);
}
