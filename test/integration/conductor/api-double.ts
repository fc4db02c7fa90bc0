import { randomUUID } from 'node:crypto';
import { Consumers, Outbox, Questions, Relay } from '@bessemer/bus';
import {
  ConductorAnnouncement,
  conductorRpcSubject,
  eventDurable,
  eventFilter,
  type ForgetAgentAnswer,
  ForgetAgentQuestion,
  HeartbeatsAnswer,
  type JsonObject,
  type NodeRecord,
  type ResumeAnswer,
  ResumeQuestion,
  rpcSubject,
  type SignalCommand,
  type SignalKind,
  type TaskCommand,
  TaskEvent,
  type TaskKind,
  workSubject,
} from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { advance, isLifecycleEvent, isWaiting, type ProvisionState, taskOf, workStateOf } from '@bessemer/lifecycle';
import { type SealingKey, seal } from '@bessemer/secrets';
import { type TestStack, waitFor } from '../stack/index.js';

/** A node as the double keeps it. */
export interface DoubleNode {
  record: NodeRecord;
  state: ProvisionState;
  task: string | null;
  epoch: number;
  seq: number;
  reservation: string | null;
  abortAfter: boolean;
  /** Power as GET would have shown it, one entry a change. */
  power: string[];
}

/** What a task is started with. */
export interface TaskOptions {
  verb?: string;
  arguments?: JsonObject;
  from?: ProvisionState;
  record?: Partial<NodeRecord>;
}

/** The part of the api that conductors meet: it sends commands, applies events in their order, and lets tasks resume. */
export class ApiDouble {
  readonly nodes = new Map<string, DoubleNode>();
  readonly events: TaskEvent[] = [];
  readonly announcements: ConductorAnnouncement[] = [];
  readonly forgotten: string[] = [];
  /** Events that came out of order, which there must not be. */
  readonly disorder: string[] = [];
  /** What the next resume is answered instead, if set. */
  refuseResume = false;
  /** Whether the database of the double is away, as far as it answers questions. */
  isAway = false;

  private readonly taken = new Set<string>();

  private constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly key: SealingKey,
    private readonly questions: Questions,
  ) {}

  static async start(stack: TestStack, key: SealingKey): Promise<ApiDouble> {
    const [database, bus] = await Promise.all([stack.database('api'), stack.bus('api')]);
    const questions = new Questions(bus, stack.logger);
    const double = new ApiDouble(database, new Outbox('bessemer/api'), key, questions);
    const relay = new Relay({ database, bus, logger: stack.logger });
    const consumers = new Consumers(bus, stack.logger);
    stack.onStop(() => relay.stop());
    stack.onStop(() => consumers.stop());
    stack.onStop(() => questions.stop());
    await relay.start();
    await consumers.consume<TaskEvent | ConductorAnnouncement>({
      stream: 'EVENTS',
      durable: eventDurable('api', 'conductor'),
      filter: eventFilter('conductor'),
      type: TaskEvent,
      classOf: (type) => (type.startsWith('bessemer.conductor.') ? ConductorAnnouncement : TaskEvent),
      database,
      handle: async ({ id, data }) => {
        // What it keeps in memory outlives a transaction that is undone: a message that comes again is known.
        if (double.taken.has(id)) return;
        double.taken.add(id);
        if (data instanceof ConductorAnnouncement) double.announcements.push(data);
        else await double.apply(data);
      },
    });
    await questions.answer(rpcSubject('api', 'resume'), {
      queue: 'api',
      question: ResumeQuestion,
      handle: async (question) => {
        if (double.isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return double.resume(question);
      },
    });
    await questions.answer(rpcSubject('api', 'forget-agent'), {
      queue: 'api',
      question: ForgetAgentQuestion,
      handle: async ({ node }): Promise<ForgetAgentAnswer> => {
        double.forgotten.push(node);
        return { verdict: 'forgotten' };
      },
    });
    return double;
  }

  /** Starts a task on a new node, or on the given one. */
  async begin(kind: TaskKind, options: TaskOptions = {}, uuid: string = randomUUID()): Promise<string> {
    const command = this.accept(kind, options, uuid);
    await this.send(command);
    return command.task;
  }

  /** Moves a node as the acceptance of a verb does and returns the command, unsent. */
  accept(kind: TaskKind, options: TaskOptions, uuid: string): TaskCommand {
    const task = randomUUID();
    const epoch = (this.nodes.get(uuid)?.epoch ?? 0) + 1;
    const state = kind === 'power' ? (options.from ?? 'manageable') : workStateOf(kind);
    const record = { ...aRecord(uuid), ...this.nodes.get(uuid)?.record, ...options.record, provision_state: state };
    this.nodes.set(uuid, { record, state, task, epoch, seq: 0, reservation: null, abortAfter: false, power: [] });
    return {
      task,
      kind,
      epoch,
      verb: options.verb ?? kind,
      node: record,
      ports: [],
      arguments: options.arguments ?? {},
      requestId: `req-${task}`,
      user: null,
    };
  }

  async send(command: TaskCommand): Promise<void> {
    const lane = command.kind === 'power' ? 'power' : 'provision';
    await this.publish(workSubject(lane, '', 'fake-hardware', command.kind), command.node.uuid, command);
  }

  /** Sends a heartbeat of the node's agent by the stream. */
  heartbeat(task: string): Promise<void> {
    const { epoch, data } = this.beatOf(task);
    return this.signal(task, 'heartbeat', epoch, data);
  }

  /** Asks a conductor to take heartbeats of agents; answers how many it has stored. */
  async askToTakeBeats(signals: readonly SignalCommand[]): Promise<number> {
    const subject = conductorRpcSubject('', 'fake-hardware', 'heartbeats');
    return (await this.questions.ask(subject, { signals }, { answer: HeartbeatsAnswer })).stored;
  }

  /** A heartbeat of the node's agent. */
  beatOf(task: string): SignalCommand {
    const [node, { epoch }] = this.of(task);
    const data = {
      callback_url: 'https://127.0.0.1:9999',
      agent_version: '9.9',
      agent_verify_ca: null,
      agent_token: { ...seal(this.key, 'a-token', { node, field: 'agent_token' }) },
    };
    return { task, node, kind: 'heartbeat', epoch, data };
  }

  /** Aborts a waiting or held task as the api does. */
  async abort(task: string): Promise<void> {
    const [, node] = this.of(task);
    this.move(node, 'abort');
    Object.assign(node, { epoch: node.epoch + 1, seq: 0 });
    await this.signal(task, 'abort', node.epoch, { reason: 'By request.' });
  }

  /** Asks for an abort after the current step, which cannot be cut short. */
  abortAfterStep(task: string): void {
    this.of(task)[1].abortAfter = true;
  }

  async unhold(task: string): Promise<void> {
    const [, node] = this.of(task);
    this.move(node, 'unhold');
    Object.assign(node, { epoch: node.epoch + 1, seq: 0 });
    await this.signal(task, 'unhold', node.epoch, {});
  }

  async cancel(task: string): Promise<void> {
    const [, node] = this.of(task);
    Object.assign(node, { epoch: node.epoch + 1, seq: 0, task: null });
    await this.signal(task, 'cancel', node.epoch, { reason: 'replaced' });
  }

  signal(task: string, kind: SignalKind, epoch: number, data: JsonObject): Promise<void> {
    const node = this.events.find((event) => event.task === task)?.node ?? this.of(task)[0];
    return this.publish(workSubject('signal', '', 'fake-hardware', kind), node, { task, node, kind, epoch, data });
  }

  /** The events of a task so far, as `seq what transition`. */
  storyOf(task: string): string[] {
    return this.eventsOf(task).map(({ seq, what, transition, step }) =>
      [seq, what, transition, step?.step].filter((part) => part !== undefined && part !== null).join(' '),
    );
  }

  eventsOf(task: string): TaskEvent[] {
    return this.events.filter((event) => event.task === task);
  }

  /** Resolves with the first event of the task that fits. */
  event(task: string, what: TaskEvent['what'], fits: (event: TaskEvent) => boolean = () => true): Promise<TaskEvent> {
    return waitFor(`${what} of task ${task}; had: ${this.storyOf(task).join(', ')}`, () =>
      this.eventsOf(task).find((event) => event.what === what && fits(event)),
    );
  }

  /** Resolves when the task has reported its end. */
  async end(task: string): Promise<TaskEvent> {
    return await waitFor(`the end of task ${task}`, () =>
      this.eventsOf(task).find(({ what }) => what === 'finished' || what === 'failed'),
    );
  }

  node(task: string): DoubleNode {
    return this.of(task)[1];
  }

  private of(task: string): [string, DoubleNode] {
    const found = [...this.nodes].find(([, node]) => node.task === task);
    if (found !== undefined) return found;
    const uuid = this.events.find((event) => event.task === task)?.node;
    const node = uuid === undefined ? undefined : this.nodes.get(uuid);
    if (uuid === undefined || node === undefined) throw new Error(`no node has the task ${task}`);
    return [uuid, node];
  }

  private async apply(event: TaskEvent): Promise<void> {
    this.events.push(event);
    const node = this.nodes.get(event.node);
    if (node === undefined || node.task !== event.task || node.epoch !== event.epoch) return;
    if (event.seq !== node.seq + 1) this.disorder.push(`${event.task}: ${event.seq} after ${node.seq}`);
    node.seq = event.seq;
    if (event.what === 'started' || node.reservation !== null) node.reservation = event.conductor;
    for (const { path, value } of event.patch?.fields ?? [])
      if (path.includes('power_state')) node.power.push(`${path.slice(1)}=${String(value)}`);
    if (event.transition !== undefined) this.move(node, event.transition);
    if (event.what === 'waiting' || event.what === 'held') node.reservation = null;
    if (event.what === 'step-finished' && node.abortAfter) await this.abortNow(event.task, node);
    if (event.what === 'finished' || event.what === 'failed') Object.assign(node, { task: null, reservation: null });
  }

  private async abortNow(task: string, node: DoubleNode): Promise<void> {
    this.move(node, 'fail');
    Object.assign(node, { epoch: node.epoch + 1, seq: 0, abortAfter: false });
    await this.signal(task, 'abort', node.epoch, { reason: 'By request.' });
  }

  private move(node: DoubleNode, event: string): void {
    const target = node.record.target_provision_state as 'available' | 'manageable' | 'active' | null;
    const step = isLifecycleEvent(event) ? advance(node.state, target, event) : undefined;
    if (step?.ok) node.state = step.state;
    else this.disorder.push(`${event} in ${node.state}`);
  }

  private resume(question: ResumeQuestion): ResumeAnswer {
    const node = this.nodes.get(question.node);
    if (this.refuseResume || node?.task !== question.task || node.epoch !== question.epoch)
      return { verdict: 'refused', provision_state: node?.state ?? '', reason: 'the task is no longer the node’s' };
    if (node.seq < question.seq) return { verdict: 'behind', provision_state: node.state };
    if (isWaiting(node.state)) this.move(node, 'resume');
    node.reservation = question.conductor;
    return { verdict: taskOf(node.state) === null ? 'refused' : 'granted', provision_state: node.state };
  }

  private async publish(subject: string, aggregate: string, data: object): Promise<void> {
    await this.database.transaction((tx) =>
      this.outbox.add(tx, { stream: 'WORK', subject, type: 'bessemer.test', aggregate, data }),
    );
  }
}

/** A node of fake hardware. */
export function aRecord(uuid: string): NodeRecord {
  return {
    uuid,
    revision: 1,
    name: null,
    driver: 'fake-hardware',
    driver_info: {},
    driver_internal_info: {},
    properties: {},
    instance_info: {},
    instance_uuid: null,
    extra: {},
    conductor_group: '',
    provision_state: 'manageable',
    target_provision_state: 'manageable',
    power_state: 'power off',
    target_power_state: null,
    maintenance: false,
    fault: null,
    retired: false,
    automated_clean: null,
    disable_power_off: false,
    resource_class: null,
    boot_mode: null,
    secure_boot: null,
    clean_step: {},
    deploy_step: {},
    service_step: {},
    raid_config: {},
    target_raid_config: {},
    network_data: {},
    traits: [],
    bios_interface: null,
    boot_interface: null,
    console_interface: null,
    deploy_interface: null,
    firmware_interface: null,
    inspect_interface: null,
    management_interface: null,
    network_interface: null,
    power_interface: null,
    raid_interface: null,
    rescue_interface: null,
    storage_interface: null,
    vendor_interface: null,
  };
}
