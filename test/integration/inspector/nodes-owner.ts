import { randomUUID } from 'node:crypto';
import { type Bus, Consumers, Outbox, Questions, Relay } from '@bessemer/bus';
import {
  eventSubject,
  NodeCopyEvent,
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

  /** Creates or changes a node; the event of it carries the copy. */
  async put(fields: Partial<SnapshotRow & NodeFields>): Promise<SnapshotRow> {
    const [row, isNew] = this.store(fields);
    await this.publish(row.uuid, row.revision, copyOf(row), isNew ? 'create' : 'set');
    return row;
  }

  /** Changes a node without telling anybody, as if the event were lost. */
  putSilently(fields: Partial<SnapshotRow & NodeFields>): SnapshotRow {
    return this.store(fields)[0];
  }

  async delete(uuid: string): Promise<void> {
    const revision = (this.rows.get(uuid)?.revision ?? 0) + 1;
    this.rows.delete(uuid);
    await this.publish(uuid, revision, null, 'delete');
  }

  async publish(uuid: string, revision: number, copy: SnapshotRow | null | undefined, what: string): Promise<void> {
    const data = Object.assign(new NodeCopyEvent(), { uuid, revision, copy });
    await this.database.transaction((tx) =>
      this.outbox.add(tx, {
        stream: 'EVENTS',
        subject: eventSubject('api', 'node-copy', uuid, what),
        type: `bessemer.node-copy.${what}`,
        aggregate: uuid,
        data,
      }),
    );
  }

  private store(fields: Partial<SnapshotRow & NodeFields>): [SnapshotRow & NodeFields, boolean] {
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
      revision: fields.revision ?? (present?.revision ?? 0) + 1,
    };
    this.rows.set(uuid, row);
    return [row, present === undefined];
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
