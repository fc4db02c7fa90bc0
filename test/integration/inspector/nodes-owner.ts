import { randomUUID } from 'node:crypto';
import { type Bus, Consumers, Outbox, Questions, Relay } from '@bessemer/bus';
import {
  eventSubject,
  NodeCopiesEvent,
  type NodeFields,
  NodeFieldsQuestion,
  rpcSubject,
  type SnapshotAnswer,
  SnapshotQuestion,
  type SnapshotRow,
} from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import type { TestStack } from '../stack/index.js';

/** Plays the owner of nodes for services that hold a copy: answers for snapshots and publishes events. */
export class NodesOwner {
  readonly rows = new Map<string, SnapshotRow & NodeFields>();
  /** What happens to a question for a snapshot before it is answered. */
  beforeSnapshot: () => Promise<void> = () => Promise.resolve();
  private readonly outbox = new Outbox('bessemer/api');
  private incarnations = 0;

  private constructor(
    private readonly database: Database,
    readonly questions: Questions,
    readonly consumers: Consumers,
  ) {}

  static async start(stack: TestStack): Promise<NodesOwner> {
    const database = await stack.database('api');
    const bus: Bus = await stack.bus('api');
    const relay = new Relay({ database, bus, logger: stack.logger });
    const questions = new Questions(bus, stack.logger);
    const consumers = new Consumers(bus, stack.logger);
    const owner = new NodesOwner(database, questions, consumers);
    await relay.start();
    await questions.answer(rpcSubject('api', 'node-snapshot'), {
      queue: 'api',
      question: SnapshotQuestion,
      handle: (question) => owner.snapshot(question),
    });
    await questions.answer(rpcSubject('api', 'node-fields'), {
      queue: 'api',
      question: NodeFieldsQuestion,
      handle: async ({ node }) => {
        await Promise.resolve();
        const row = owner.rows.get(node);
        return { fields: row ? { revision: row.revision, properties: row.properties, extra: row.extra } : null };
      },
    });
    stack.onStop(async () => {
      await consumers.stop();
      await questions.stop();
      await relay.stop();
    });
    return owner;
  }

  get databaseOfApi(): Database {
    return this.database;
  }

  /** Creates or changes a node, and tells of it. */
  async put(fields: Partial<SnapshotRow & NodeFields>): Promise<SnapshotRow> {
    const row = this.store(fields);
    await this.tell({ changed: [copyOf(row)], deleted: [] });
    return row;
  }

  /** Changes a node without telling anybody, as if the event were lost. */
  putSilently(fields: Partial<SnapshotRow & NodeFields>): SnapshotRow {
    return this.store(fields);
  }

  async delete(uuid: string): Promise<void> {
    const row = this.rows.get(uuid);
    this.rows.delete(uuid);
    await this.tell({
      changed: [],
      deleted: row ? [{ uuid, incarnation: row.incarnation, revision: row.revision + 1 }] : [],
    });
  }

  /** Tells those who keep copies what is given, whether it is so or not. */
  async tell(told: NodeCopiesEvent): Promise<void> {
    const id = randomUUID();
    await this.database.transaction((tx) =>
      this.outbox.add(tx, {
        stream: 'EVENTS',
        subject: eventSubject('api', 'node-copies', id, 'changed'),
        type: 'bessemer.node-copies.changed',
        aggregate: id,
        data: Object.assign(new NodeCopiesEvent(), told),
      }),
    );
  }

  private store(fields: Partial<SnapshotRow & NodeFields>): SnapshotRow & NodeFields {
    const uuid = fields.uuid ?? randomUUID();
    const present = this.rows.get(uuid);
    const row: SnapshotRow & NodeFields = {
      name: null,
      provision_state: 'manageable',
      power_state: 'power off',
      maintenance: false,
      task: null,
      epoch: 1,
      driver: 'ipmi',
      conductor_group: '',
      macs: [],
      bmc_addresses: [],
      serial: null,
      properties: {},
      extra: {},
      ...present,
      ...fields,
      uuid,
      incarnation: present?.incarnation ?? this.nextIncarnation(),
      revision: fields.revision ?? (present?.revision ?? 0) + 1,
    };
    this.rows.set(uuid, row);
    return row;
  }

  private nextIncarnation(): number {
    this.incarnations += 1;
    return this.incarnations;
  }

  private async snapshot({ after = '', limit }: SnapshotQuestion): Promise<SnapshotAnswer> {
    await this.beforeSnapshot();
    const rows = [...this.rows.values()].sort((a, b) => (a.uuid < b.uuid ? -1 : 1)).filter((row) => row.uuid > after);
    const page = rows.slice(0, limit).map(copyOf);
    return { rows: page, next: rows.length > limit ? (page.at(-1)?.uuid ?? null) : null };
  }
}

function copyOf({ properties: _properties, extra: _extra, ...copy }: SnapshotRow & NodeFields): SnapshotRow {
  return copy;
}
