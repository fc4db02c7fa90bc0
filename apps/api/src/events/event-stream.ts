import { Bus } from '@bessemer/bus';
import { streams } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { type ConsumerMessages, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Injectable } from '@nestjs/common';
import { type EventFilter, passes, subjectOf } from './event-filter.js';

/** Where a reader wants to begin; with neither, at what happens from now on. */
export interface StreamStart {
  /** After this position in the stream. */
  readonly after?: number;
  /** From this time on. */
  readonly since?: Date;
}

/** One public event with its position. */
export interface StreamedEvent {
  readonly position: number;
  readonly type: string;
  /** The CloudEvent as it was published, JSON text on one line. */
  readonly text: string;
}

/** How many messages are fetched ahead of a reader: the rest waits in the stream until it has taken them. */
const fetchedAhead = 32;

const typeOf = (text: string): string => {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null && 'type' in parsed ? String(parsed.type) : 'message';
};

/** Reads the public events of the stream `EVENTS`, without a trace of the reader in it. */
@Injectable()
export class EventStream {
  constructor(private readonly bus: Bus) {}

  /**
   * The events that pass the filter, from the start on, and then each as it comes, until `signal` ends it.
   *
   * @throws `unavailable` when the stream cannot be read
   */
  async open(filter: EventFilter, start: StreamStart, signal: AbortSignal): Promise<AsyncGenerator<StreamedEvent>> {
    try {
      const consumer = await jetstream(this.bus.connection).consumers.get(streams.events.name, {
        filter_subjects: subjectOf(filter),
        ...(await this.policyOf(start)),
      });
      return read(await consumer.consume({ max_messages: fetchedAhead }), filter, signal);
    } catch (cause) {
      throw new BessemerError('unavailable', 'The stream of events cannot be read now.', {
        remedy: 'Try again in a moment.',
        cause,
      });
    }
  }

  private async policyOf({ after, since }: StreamStart): Promise<object> {
    if (since !== undefined) return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toISOString() };
    if (after === undefined) return { deliver_policy: DeliverPolicy.New };
    // A stream that was made anew counts from one again: whoever has read further in the old one gets all of it.
    const known = after > (await this.lastPosition()) ? 0 : after;
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: known + 1 };
  }

  private async lastPosition(): Promise<number> {
    const manager = await jetstreamManager(this.bus.connection, { checkAPI: false });
    return (await manager.streams.info(streams.events.name)).state.last_seq;
  }
}

async function* read(
  messages: ConsumerMessages,
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<StreamedEvent> {
  const stop = (): void => messages.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const message of messages) {
      const text = message.string();
      const event = { position: message.seq, type: typeOf(text), text };
      if (passes(filter, event)) yield event;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await messages.close();
  }
}
