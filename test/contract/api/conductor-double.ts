import { randomUUID } from 'node:crypto';
import { type Bus, Consumers, Outbox, Questions, Relay } from '@bessemer/bus';
import {
  BorrowAnswer,
  type BorrowQuestion,
  CallQuestion,
  type ConductorAnnouncement,
  conductorRpcSubject,
  eventSubject,
  HeartbeatsQuestion,
  type InterfaceKind,
  type InterfaceVerdict,
  interfaceKinds,
  type Lane,
  ResumeAnswer,
  type ResumeQuestion,
  rpcSubject,
  SignalCommand,
  TaskCommand,
  type TaskEvent,
  ValidateQuestion,
  workDurable,
  workFilter,
} from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { type TestStack, waitFor } from '../../integration/stack/index.js';

const group = '';
const driver = 'fake-hardware';
const notEnabled: Partial<Record<InterfaceKind, string[]>> = { network: ['noop'], storage: ['noop'] };

/** What a report adds to the fields that every report has. */
export type Report = Partial<TaskEvent> & Pick<TaskEvent, 'what'>;

/** Methods of the vendor interface, as a conductor announces them. */
const vendorMethods = {
  look: { description: '', async: false, http_methods: ['GET'], attach: false, require_exclusive_lock: false },
  forget: { description: '', async: false, http_methods: ['DELETE'], attach: false, require_exclusive_lock: true },
};

/** A conductor that does nothing by itself: a test says what it answers and what it reports. */
export class ConductorDouble {
  readonly host = 'conductor-double';
  readonly commands: TaskCommand[] = [];
  readonly signals: SignalCommand[] = [];
  /** Heartbeats that it was asked to take. */
  readonly heartbeats: SignalCommand[] = [];
  takesHeartbeats = true;
  /** Takes no heartbeat until it is over. */
  beforeHeartbeats: Promise<unknown> = Promise.resolve();
  readonly calls: CallQuestion[] = [];
  /** What it was asked to validate. */
  readonly questions: ValidateQuestion[] = [];
  /** Done once, before the next question is answered. */
  meanwhile: (() => Promise<unknown>) | undefined;
  /** What calls answer, by method, where it is not the boot device. */
  readonly results: Record<string, unknown> = {};
  /** What `validate` answers; every interface agrees when it is not set. */
  verdicts: Record<string, InterfaceVerdict> = {};
  private readonly outbox = new Outbox('bessemer/conductor');
  private readonly sequences = new Map<string, number>();

  private constructor(
    private readonly database: Database,
    private readonly answers: Questions,
  ) {}

  static async start(stack: TestStack): Promise<ConductorDouble> {
    const database = await stack.database('conductor');
    const bus: Bus = await stack.bus('conductor');
    const questions = new Questions(bus, stack.logger);
    const consumers = new Consumers(bus, stack.logger);
    const relay = new Relay({ database, bus, logger: stack.logger });
    const double = new ConductorDouble(database, questions);
    await relay.start();
    stack.onStop(async () => {
      await questions.stop();
      await consumers.stop();
      await relay.stop();
    });
    await double.answerQuestions();
    for (const lane of ['provision', 'power', 'signal'] satisfies Lane[])
      await consumers.consume<TaskCommand | SignalCommand>({
        stream: 'WORK',
        durable: workDurable(lane, group, driver),
        filter: workFilter(lane, group, driver),
        type: lane === 'signal' ? SignalCommand : TaskCommand,
        database,
        handle: async ({ data }) => {
          if (data instanceof SignalCommand) double.signals.push(data);
          else double.commands.push(data);
        },
      });
    await double.announce(true);
    return double;
  }

  private async answerQuestions(): Promise<void> {
    await this.answers.answer(conductorRpcSubject(group, driver, 'validate'), {
      queue: 'conductors',
      question: ValidateQuestion,
      handle: async (question) => {
        this.questions.push(question);
        const { meanwhile } = this;
        this.meanwhile = undefined;
        await meanwhile?.();
        const agreed = Object.fromEntries(interfaceKinds.map((kind) => [kind, { result: true }]));
        return { interfaces: { ...agreed, ...this.verdicts } };
      },
    });
    await this.answers.answer(conductorRpcSubject(group, driver, 'heartbeats'), {
      queue: 'conductors',
      question: HeartbeatsQuestion,
      handle: async ({ signals }) => {
        await this.beforeHeartbeats;
        if (!this.takesHeartbeats) throw new BessemerError('unavailable', 'Not now.');
        this.heartbeats.push(...signals);
        return { stored: signals.length };
      },
    });
    await this.answers.answer(conductorRpcSubject(group, driver, 'call'), {
      queue: 'conductors',
      question: CallQuestion,
      handle: async (question) => {
        this.calls.push(question);
        return { result: this.results[question.method] ?? { boot_device: 'pxe', persistent: false } };
      },
    });
  }

  /** Says that it is there, or that it goes. */
  async announce(online: boolean): Promise<void> {
    const announcement: ConductorAnnouncement = {
      hostname: this.host,
      conductor_group: group,
      online,
      hardware_types: [
        {
          name: driver,
          interfaces: interfaceKinds.map((kind) => {
            const enabled = notEnabled[kind] ?? ['fake', 'other'];
            return { kind, enabled, accepted: enabled, default: enabled[0] ?? 'fake' };
          }),
          properties: [
            { name: 'pass_phrase_of_bmc', type: 'string', secret: true, required: false, help: 'Declared.' },
          ],
          details: { node_vendor_methods: { fake: vendorMethods } },
        },
      ],
    };
    await this.publish(
      eventSubject('conductor', 'conductor', this.host, 'announced'),
      'bessemer.conductor.announced',
      this.host,
      announcement,
    );
  }

  /** Answers no question any more. */
  silence(): Promise<void> {
    return this.answers.stop();
  }

  /** The command of a task on the node, once it has come. */
  command(node: string, kind: string): Promise<TaskCommand> {
    return waitFor(`the command ${kind}`, () =>
      this.commands.findLast((command) => command.node.uuid === node && command.kind === kind),
    );
  }

  /** The signal of a kind to the node's task, once it has come. */
  signal(node: string, kind: string): Promise<SignalCommand> {
    return waitFor(`the signal ${kind}`, () =>
      this.signals.findLast((signal) => signal.node === node && signal.kind === kind),
    );
  }

  /** Reports the next thing of a task; `seq` and `epoch` may be given to report out of order. */
  async report(command: TaskCommand, report: Report): Promise<void> {
    const epoch = report.epoch ?? command.epoch;
    const key = `${command.task}:${epoch}`;
    const seq = report.seq ?? (this.sequences.get(key) ?? 0) + 1;
    this.sequences.set(key, Math.max(seq, this.sequences.get(key) ?? 0));
    const event: TaskEvent = {
      task: command.task,
      node: command.node.uuid,
      kind: command.kind,
      conductor: this.host,
      at: new Date().toISOString(),
      ...report,
      epoch,
      seq,
    };
    await this.publish(
      eventSubject('conductor', 'task', command.task, report.what),
      `bessemer.task.${report.what}`,
      randomUUID(),
      event,
    );
  }

  /** Reports all of them, in their order. */
  async reportAll(command: TaskCommand, reports: readonly Report[]): Promise<void> {
    for (const report of reports) await this.report(command, report);
  }

  /** Asks the api whether the task may go on. */
  resume(command: TaskCommand, seq: number, epoch = command.epoch): Promise<ResumeAnswer> {
    const question: ResumeQuestion = {
      task: command.task,
      node: command.node.uuid,
      epoch,
      seq,
      conductor: this.host,
      cause: 'heartbeat',
    };
    return this.answers.ask(rpcSubject('api', 'resume'), question, { answer: ResumeAnswer, timeoutMs: 5000 });
  }

  /** Asks the api to lend the task a node. */
  borrow(command: TaskCommand, borrowed: string, more: Partial<BorrowQuestion> = {}): Promise<BorrowAnswer> {
    const question: BorrowQuestion = {
      task: command.task,
      node: command.node.uuid,
      epoch: command.epoch,
      seq: 2,
      conductor: this.host,
      borrowed,
      onlyLook: false,
      ...more,
    };
    return this.answers.ask(rpcSubject('api', 'borrow-node'), question, { answer: BorrowAnswer, timeoutMs: 5000 });
  }

  private async publish(subject: string, type: string, aggregate: string, data: object): Promise<void> {
    await this.database.transaction((tx) => this.outbox.add(tx, { stream: 'EVENTS', subject, type, aggregate, data }));
  }
}
