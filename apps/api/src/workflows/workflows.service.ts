import { Outbox } from '@bessemer/bus';
import { eventSubject, isUuid } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import { decide, isHeld, isStable, isWaiting, isWorking } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { isBusy, type NodeRow, stateOf } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { ProvisionService } from '../provision/provision.service.js';
import { newestMinor } from '../versions/version.js';
import { goalsOf } from './workflow-goals.js';
import type { ImportOptions, WorkflowGoal, WorkflowView } from './workflows.dto.js';
import {
  type ItemChanges,
  type WorkflowItemRow,
  type WorkflowRow,
  WorkflowsRepository,
} from './workflows.repository.js';

/** Seconds after which an item is looked at again, should no event of its node have come. */
const sweepSeconds = 30;
/** Seconds after which an item that was taken comes up again, should whoever took it have died. */
const leaseSeconds = 5;
/** Seconds after which a verb is tried again that found the node locked or nobody to do it. */
const retrySeconds = 2;

/** Takes each machine of an import through its verbs, one after another, and tells how far it is. */
@Injectable()
export class WorkflowsService {
  constructor(
    private readonly database: Database,
    private readonly workflows: WorkflowsRepository,
    private readonly nodes: NodesRepository,
    private readonly provision: ProvisionService,
    private readonly outbox: Outbox,
  ) {}

  /** One workflow with its machines. Throws `not-found`. */
  async show(uuid: string, context: Pick<RequestContext, 'base'>): Promise<WorkflowView> {
    const workflow = isUuid(uuid) ? await this.workflows.find(uuid) : undefined;
    if (workflow === undefined) throw new BessemerError('not-found', `Workflow ${uuid} could not be found.`);
    return view(workflow, await this.workflows.items(uuid), context.base);
  }

  /** The newest workflows, without their machines. */
  async list(context: Pick<RequestContext, 'base'>): Promise<WorkflowView[]> {
    return (await this.workflows.list(1000)).map((workflow) => view(workflow, [], context.base));
  }

  /** Looks at every item that is due; answers how many there were. */
  async advanceDue(): Promise<number> {
    const items = await this.workflows.takeDue(20, leaseSeconds);
    await Promise.all(items.map((item) => this.advance(item)));
    return items.length;
  }

  private async advance(item: WorkflowItemRow): Promise<void> {
    const [goal] = item.goals;
    const node = await this.nodes.find(item.node_uuid);
    if (node === undefined) return this.end(item, 'failed', 'The node was deleted.');
    if (item.follows !== null) return this.follow(item, item.follows, node);
    if (goal === undefined) return this.end(item, 'succeeded', null);
    const state = stateOf(node);
    if (isBusy(node) || isWorking(state) || isWaiting(state) || isHeld(state)) {
      await this.keep(item, { reason: node.task_reason ?? `The node is ${state}.`, lookInSeconds: sweepSeconds });
      return;
    }
    // A verb that moves the node at once raises no epoch.
    const hasMoved = goal === 'manage' && state === item.expects;
    if (item.expects_after_epoch === null || (node.epoch === item.expects_after_epoch && !hasMoved))
      return this.begin(item, goal, node);
    if (isStable(state) && state === item.expects) return this.next(item);
    return this.end(item, 'failed', node.last_error ?? `The node is ${state} and not ${item.expects}.`);
  }

  /** Notes what is expected of the verb, then asks for it: after a crash in between, the epoch tells whether it was accepted. */
  private async begin(item: WorkflowItemRow, goal: WorkflowGoal, node: NodeRow): Promise<void> {
    const decision = decide(goal, stateOf(node), {
      node: node.uuid,
      version: newestMinor,
      target: null,
      maintenance: node.maintenance,
      retired: node.retired,
      protected: node.protected,
    });
    if (decision.kind === 'refuse') return this.end(item, 'failed', decision.reason);
    const expects = decision.next.target ?? decision.next.state;
    const noted = await this.keep(item, {
      expects,
      expects_after_epoch: node.epoch,
      reason: `Asking for ${goal}.`,
      lookInSeconds: leaseSeconds,
    });
    if (noted === undefined) return;
    const asker = await this.workflows.find(item.workflow);
    try {
      await this.provision.request(node.uuid, { target: goal }, contextOf(item, asker), node.epoch);
    } catch (error) {
      if (!isBessemerError(error)) throw error;
      const isPassing = error.code === 'node-locked' || error.status === 503 || error.code === 'conflict';
      if (!isPassing) return this.end(noted, 'failed', error.message);
      await this.keep(noted, { reason: error.message, lookInSeconds: retrySeconds });
    }
  }

  /** Waits until the earlier workflow has done its part with the node; then does what that one was not asked for. */
  private async follow(item: WorkflowItemRow, earlier: string, node: NodeRow): Promise<void> {
    const other = await this.workflows.itemOf(earlier, item.node_uuid);
    if (other?.state === 'running') {
      const reason = `The import ${earlier} works on the node already.`;
      await this.keep(item, { reason, lookInSeconds: sweepSeconds });
      return;
    }
    if (other?.state === 'failed') return this.end({ ...item, follows: null }, 'failed', other.error);
    const [own, done] = await Promise.all([this.workflows.find(item.workflow), this.workflows.find(earlier)]);
    const isLeft = (option: keyof ImportOptions): boolean => own?.[option] === true && done?.[option] !== true;
    const goals = goalsOf(node, { introspect: isLeft('introspect'), provide: isLeft('provide') });
    await this.keep(item, { follows: null, goals, reason: null, lookInSeconds: 0 });
  }

  private async next(item: WorkflowItemRow): Promise<void> {
    const goals = item.goals.slice(1);
    if (goals.length === 0) return this.end({ ...item, goals }, 'succeeded', null);
    await this.keep(item, { goals, expects: null, expects_after_epoch: null, reason: null, lookInSeconds: 0 });
  }

  private async end(item: WorkflowItemRow, state: 'succeeded' | 'failed', error: string | null): Promise<void> {
    await this.keep(item, { goals: item.goals, state, error, reason: null, lookInSeconds: null });
  }

  private keep(item: WorkflowItemRow, changes: ItemChanges): Promise<WorkflowItemRow | undefined> {
    return this.database.transaction(async (tx) => {
      const changed = await this.workflows.change(tx, item, changes);
      if (changed === undefined) return undefined;
      if (changed.since > item.since) await this.announce(tx, changed);
      if (changes.lookInSeconds === null) await this.finish(tx, changed);
      return changed;
    });
  }

  private async announce(tx: Transaction, item: WorkflowItemRow): Promise<void> {
    await this.outbox.add(tx, {
      stream: 'EVENTS',
      subject: eventSubject('api', 'workflow', item.workflow, 'progress'),
      type: 'bessemer.workflow.progress',
      aggregate: item.workflow,
      data: {
        workflow: item.workflow,
        state: item.state,
        index: item.index,
        node: item.node_uuid,
        goal: item.goals[0] ?? null,
        reason: item.reason,
        since: item.since.toISOString(),
        error: item.error,
      },
    });
  }

  private async finish(tx: Transaction, item: WorkflowItemRow): Promise<void> {
    await this.workflows.wakeFollowers(tx, item);
    const state = await this.workflows.finishIfDone(tx, item.workflow);
    if (state === undefined) return;
    await this.outbox.add(tx, {
      stream: 'EVENTS',
      subject: eventSubject('api', 'workflow', item.workflow, 'finished'),
      type: 'bessemer.workflow.finished',
      aggregate: item.workflow,
      data: { workflow: item.workflow, state, since: item.since.toISOString() },
    });
  }
}

/** The context of a request that the workflow makes for whoever asked for the import. */
const contextOf = (item: WorkflowItemRow, asker?: Pick<WorkflowRow, 'user' | 'project'>): RequestContext => ({
  minor: newestMinor,
  base: '',
  requestId: `req-${item.workflow}`,
  user: asker?.user ?? null,
  project: asker?.project ?? null,
  isSystemScoped: true,
  hadSuffix: false,
  expectedTags: null,
});

function view(workflow: WorkflowRow, items: readonly WorkflowItemRow[], base: string): WorkflowView {
  const { uuid, kind, state, introspect, provide } = workflow;
  return {
    uuid,
    kind,
    state,
    introspect,
    provide,
    created_at: workflow.created_at.toISOString(),
    finished_at: workflow.finished_at?.toISOString() ?? null,
    items: items.map((item) => ({
      index: item.index,
      node: item.node_uuid,
      created: item.created,
      state: item.state,
      goal: item.goals[0] ?? null,
      reason: item.reason,
      since: item.since.toISOString(),
      error: item.error,
    })),
    links: [{ rel: 'self', href: `${base}/v1/workflows/${uuid}` }],
  };
}
