import type { Consumers, Outbox, Received } from '@bessemer/bus';
import {
  eventDurable,
  IntrospectionResult,
  type Lane,
  SignalCommand,
  TaskCommand,
  workDurable,
  workFilter,
} from '@bessemer/contracts';
import type { Database, Transaction } from '@bessemer/database';
import type { BessemerError } from '@bessemer/errors';
import type { Claimant } from './tasks.repository.js';
import { publish, type TasksService } from './tasks.service.js';

/** Takes commands and the inspector's results off the bus. */
export class TasksHandlers {
  /** @param taken called after each commit, so that the conductor looks at once */
  constructor(
    private readonly consumers: Consumers,
    private readonly database: Database,
    private readonly service: TasksService,
    private readonly outbox: Outbox,
    private readonly claimant: Claimant,
    private readonly taken: () => void,
  ) {}

  async start(): Promise<void> {
    for (const type of this.claimant.hardwareTypes) {
      for (const lane of ['provision', 'power'] as const) await this.consumeTasks(lane, type);
      await this.consumers.consume({
        ...this.source('signal', type),
        type: SignalCommand,
        handle: ({ data }, tx) => this.service.signal(data, tx),
      });
    }
    await this.consumers.consume({
      stream: 'EVENTS',
      durable: eventDurable('conductor', 'inspector'),
      filter: 'metal.event.inspector.introspection.>',
      database: this.database,
      type: IntrospectionResult,
      handle: async ({ data, type }, tx) => {
        if (type === 'bessemer.introspection.finished') await this.service.introspected(data, tx);
      },
    });
  }

  async stop(): Promise<void> {
    await this.consumers.stop();
  }

  private async consumeTasks(lane: 'provision' | 'power', type: string): Promise<void> {
    await this.consumers.consume({
      ...this.source(lane, type),
      type: TaskCommand,
      handle: async ({ data }, tx) => {
        await this.service.accept(data, tx);
        tx.afterCommit(this.taken);
      },
      onDeadLetter: (message, error, tx) => this.giveUp(message, error, tx),
    });
  }

  private source(lane: Lane, type: string) {
    const { group } = this.claimant;
    return {
      stream: 'WORK' as const,
      durable: workDurable(lane, group, type),
      filter: workFilter(lane, group, type),
      database: this.database,
    };
  }

  // A command that no attempt could take fails its task, so that the node does not stay in a working state for ever.
  private async giveUp({ data }: Received<TaskCommand>, error: BessemerError, tx: Transaction): Promise<void> {
    await publish(this.outbox, tx, {
      task: data.task,
      node: data.node.uuid,
      kind: data.kind,
      epoch: data.epoch,
      seq: 1,
      what: 'failed',
      conductor: this.claimant.host,
      at: new Date().toISOString(),
      failure: { code: error.code, message: `No conductor could take the command: ${error.message}` },
      ...(data.kind === 'power' ? {} : { transition: 'fail' }),
    });
  }
}
