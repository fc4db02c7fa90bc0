import { randomUUID } from 'node:crypto';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { type CloudEvent, maxMessageBytes } from './cloud-event.js';
import { assertValid } from './message-validation.js';
import { wakeRelay } from './relay-wake.js';
import type { StreamName } from './streams.js';
import { currentTraceparent } from './trace-context.js';

/** What is to be published when the transaction commits. */
export interface OutboxMessage {
  stream: StreamName;
  /** From the builders of `@bessemer/contracts`: `metal.work.…` for WORK, `metal.event.…` for EVENTS. */
  subject: string;
  /** The CloudEvent's type, for example `baremetal.node.provision_set.end`. */
  type: string;
  /** Key of the order: messages of one aggregate are published, and handled, in the order of their rows. A node's or a task's UUID. */
  aggregate: string;
  /** The CloudEvent's data; validated when it is an instance of a class of the catalogue. */
  data: object;
  /** For a command: it is published again until {@link Outbox.settle} is called with this. */
  confirm?: string;
  /** W3C trace context; by default the one in which the caller runs. */
  traceparent?: string;
}

const columns = [
  'id',
  'stream',
  'subject',
  'type',
  'aggregate',
  'channel',
  'resource_channel',
  'payload',
  'confirm',
] as const;

type Column = (typeof columns)[number];
type OutboxRow = Record<Column, string | null>;

/** No value holds it: JSON escapes it, and nothing else of a message has control characters. */
const separator = '\u001f';

/**
 * One statement for any number of rows, so that Postgres plans it once a connection. Each parameter is a column, its values
 * separated, an empty one is null: in an array of the driver every quotation mark of every payload would be escaped.
 */
const insert = `INSERT INTO outbox (${columns.join(', ')})
  SELECT id::uuid, ${columns.slice(1).join(', ')} FROM unnest(${columns
    .map((_, index) => `(SELECT string_to_array($${index + 1}, E'\\x1f', ''))::text[]`)
    .join(', ')}) AS rows (${columns.join(', ')})`;

function valuesOf(rows: readonly OutboxRow[], column: Column): string {
  if (rows.some(({ [column]: value }) => value === '' || value?.includes(separator)))
    throw new BessemerError('internal', `The ${column} of a message is empty or holds a control character.`, {
      field: column,
    });
  return rows.map((row) => row[column] ?? '').join(separator);
}

const subjectPrefix: Record<StreamName, string> = { WORK: 'metal.work.', EVENTS: 'metal.event.' };

/** Where a service writes what it has to say, in the transaction of the change that it tells of. */
export class Outbox {
  /** @param source the CloudEvents' source, for example `bessemer/api` */
  constructor(private readonly source: string) {}

  /**
   * Adds a message. Call it after the row of its aggregate was locked or written in the same transaction: that is what makes
   * the order of the rows the order of the changes. The relay is woken after the commit.
   *
   * @throws `too-large` when the message exceeds 256 KiB, `internal` when its data breaks the rules of its class or the
   *   subject does not belong to the stream; nothing is written then
   */
  async add(tx: Transaction, message: OutboxMessage): Promise<void> {
    await this.addAll(tx, [message]);
  }

  /** Adds messages in their order, many by one statement; see {@link add}. All is sent when this returns. */
  async addAll(tx: Transaction, messages: readonly OutboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const rows = messages.map((message) => this.rowOf(message));
    tx.afterCommit(() => wakeRelay(tx.database));
    const values = columns.map((column) => valuesOf(rows, column));
    await tx.prepared('add to outbox', insert, values);
  }

  /**
   * The receiver has reported the command: it need not be published again. A command that was not published yet is withdrawn.
   *
   * @param confirm as given to {@link add}
   */
  async settle(tx: Transaction, confirm: string): Promise<void> {
    await tx.query(
      `UPDATE outbox SET settled_at = now(), sent_at = coalesce(sent_at, now())
       WHERE confirm = $1 AND settled_at IS NULL`,
      [confirm],
    );
  }

  private rowOf(message: OutboxMessage): OutboxRow {
    const { stream, subject, type, aggregate } = message;
    if (!subject.startsWith(subjectPrefix[stream])) {
      throw new BessemerError('internal', `${subject} is no subject of the stream ${stream}.`);
    }
    assertValid(message.data, 'internal');
    const id = randomUUID();
    const payload = JSON.stringify(this.envelope(id, message));
    const size = Buffer.byteLength(payload);
    if (size > maxMessageBytes) {
      throw new BessemerError('too-large', `A message of type ${type} would have ${size} bytes.`, {
        remedy: `At most ${maxMessageBytes} are allowed; large bodies travel as {ref, sha256, size}.`,
      });
    }
    const { channel, resourceChannel } = channelsOf(stream, subject);
    const confirm = message.confirm ?? null;
    return { id, stream, subject, type, aggregate, channel, resource_channel: resourceChannel, payload, confirm };
  }

  private envelope(id: string, message: OutboxMessage): CloudEvent {
    const traceparent = message.traceparent ?? currentTraceparent();
    return {
      specversion: '1.0',
      id,
      source: this.source,
      type: message.type,
      subject: message.subject,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      partitionkey: message.aggregate,
      ...(traceparent === undefined ? {} : { traceparent }),
      data: message.data,
    };
  }
}

/**
 * The sets of subjects within which a message knows its predecessor: those that consumers filter by. For work a lane, group and
 * type; for events a service, and a resource of a service.
 */
export function channelsOf(stream: StreamName, subject: string): { channel: string; resourceChannel: string } {
  const tokens = subject.split('.');
  const channel = tokens.slice(0, stream === 'WORK' ? 5 : 3).join('.');
  return { channel, resourceChannel: stream === 'WORK' ? channel : tokens.slice(0, 4).join('.') };
}
