import { Consumers, Questions } from '@bessemer/bus';
import {
  BorrowQuestion,
  ConductorAnnouncement,
  eventDurable,
  eventFilter,
  ForgetAgentQuestion,
  NodeFieldsQuestion,
  ResumeQuestion,
  rpcSubject,
  SnapshotQuestion,
  TaskEvent,
} from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { BorrowedNodesService } from '../borrowed-nodes/borrowed-nodes.service.js';
import { ConductorsRepository } from '../conductors/conductors.repository.js';
import { HardwareTypes } from '../drivers/hardware-types.js';
import { TaskEventsService } from './task-events.service.js';
import { TaskQuestionsService } from './task-questions.service.js';

const queue = 'api';

/** What the api hears and answers on the bus. */
@Injectable()
export class BusHandlers {
  constructor(
    private readonly database: Database,
    private readonly consumers: Consumers,
    private readonly questions: Questions,
    private readonly tasks: TaskEventsService,
    private readonly answers: TaskQuestionsService,
    private readonly borrowed: BorrowedNodesService,
    private readonly conductors: ConductorsRepository,
    private readonly types: HardwareTypes,
  ) {}

  async start(): Promise<void> {
    await this.consumers.consume<TaskEvent | ConductorAnnouncement>({
      stream: 'EVENTS',
      durable: eventDurable('api', 'conductor'),
      filter: eventFilter('conductor'),
      type: TaskEvent,
      classOf: (type) => (type === 'bessemer.conductor.announced' ? ConductorAnnouncement : TaskEvent),
      database: this.database,
      handle: (message, tx) => this.handle(message.data, message.time, tx),
      onDeadLetter: async ({ data }, error, tx) => {
        if (data instanceof TaskEvent) await this.tasks.giveUp(tx, data, error.message);
      },
    });
    await this.questions.answer(rpcSubject('api', 'resume'), {
      queue,
      question: ResumeQuestion,
      handle: (question) => this.answers.resume(question),
    });
    await this.questions.answer(rpcSubject('api', 'forget-agent'), {
      queue,
      question: ForgetAgentQuestion,
      handle: (question) => this.answers.forgetAgent(question),
    });
    await this.questions.answer(rpcSubject('api', 'borrow-node'), {
      queue,
      question: BorrowQuestion,
      handle: (question) => this.borrowed.borrow(question),
    });
    await this.questions.answer(rpcSubject('api', 'node-snapshot'), {
      queue,
      question: SnapshotQuestion,
      handle: (question) => this.answers.snapshot(question),
    });
    await this.questions.answer(rpcSubject('api', 'node-fields'), {
      queue,
      question: NodeFieldsQuestion,
      handle: ({ node }) => this.answers.fieldsOf(node),
    });
  }

  private async handle(data: TaskEvent | ConductorAnnouncement, time: Date, tx: Transaction): Promise<void> {
    if (data instanceof ConductorAnnouncement) {
      await this.conductors.announce(tx, data, time);
      tx.afterCommit(() => this.types.forget());
    } else await this.tasks.receive(tx, data);
  }
}
