import type { Logger } from '@bessemer/telemetry';
import type { StreamInfo } from '@nats-io/jetstream';
import type { Bus } from './bus.js';
import type { OutboxRepository } from './outbox.repository.js';
import type { Lead } from './relay-leadership.js';
import { type StreamName, streamNames, unsyncedMs } from './streams.js';

/** A stream as the relay publishes to it. */
export interface CheckedStream {
  /** When the stream was made: another value is another stream. */
  incarnation: string;
  /** A message published from now on stands after this sequence. */
  lastSequence: number;
}

/** Both streams after a check. */
export type CheckedStreams = ReadonlyMap<StreamName, CheckedStream>;

const pageSize = 100;

/**
 * Compares the streams with what the outbox knows to have published, and has published again what they lost: all of it when a
 * stream was made anew, its end when the store fell back.
 */
export class StreamCheck {
  private checkedGeneration = 0;

  constructor(
    private readonly bus: Bus,
    private readonly repository: OutboxRepository,
    private readonly logger: Logger,
  ) {}

  /** Checks both streams; those that are missing are made. Throws when NATS or Postgres is away, and when the lead is lost. */
  async run(lead: Lead): Promise<CheckedStreams> {
    const { generation, serverId } = this.bus;
    const isReconnected = generation !== this.checkedGeneration;
    const checked = new Map<StreamName, CheckedStream>();
    for (const name of streamNames) {
      const info = await this.bus.ensureStream(name);
      await this.repeatLost(lead, name, info, isReconnected, serverId);
      checked.set(name, { incarnation: info.created, lastSequence: info.state.last_seq });
    }
    this.checkedGeneration = generation;
    return checked;
  }

  private async repeatLost(
    lead: Lead,
    name: StreamName,
    info: StreamInfo,
    isReconnected: boolean,
    server: string,
  ): Promise<void> {
    const incarnation = info.created;
    let rows = await this.repository.repeatOfOtherIncarnations(lead, name, incarnation);
    rows += await this.repository.repeatAfter(lead, name, incarnation, info.state.last_seq);
    if (isReconnected) {
      if (name === 'EVENTS') rows += await this.repeatOverwritten(lead, name, info);
      else if ((await this.repository.checkedServer(lead, name)) !== server)
        rows += await this.repeatUnsynced(lead, name, server);
    }
    if (rows > 0) this.logger.warn({ stream: name, rows }, 'stream has lost messages; they are published again');
  }

  /** After a loss others may have filled the lost sequences: then our message is not where it was. */
  private async repeatOverwritten(lead: Lead, name: StreamName, info: StreamInfo): Promise<number> {
    let below = info.state.last_seq + 1;
    for (;;) {
      const rows = await this.repository.held(lead, name, info.created, below, pageSize);
      for (const row of rows) {
        if (row.sequence < info.state.first_seq || (await this.holds(name, row))) {
          return below > info.state.last_seq
            ? 0
            : await this.repository.repeatAfter(lead, name, info.created, row.sequence);
        }
        below = row.sequence;
      }
      if (rows.length < pageSize) {
        return below > info.state.last_seq ? 0 : await this.repository.repeatAfter(lead, name, info.created, below - 1);
      }
    }
  }

  /** A message that somebody deleted is not a lost one. */
  private async holds(name: StreamName, row: { id: string; sequence: number }): Promise<boolean> {
    const message = await this.bus.manager.streams.getMessage(name, { seq: row.sequence });
    return message === null || message.header.get('Nats-Msg-Id').startsWith(`${row.id}.`);
  }

  /** What WORK holds no more may have been handled or lost; the inboxes swallow what was handled. */
  private async repeatUnsynced(lead: Lead, name: StreamName, server: string): Promise<number> {
    const isFirst = (await this.repository.checkedServer(lead, name)) === undefined;
    const rows = isFirst ? 0 : await this.repository.repeatSentWithin(lead, name, unsyncedMs);
    await this.repository.noteServer(lead, name, server);
    return rows;
  }
}
