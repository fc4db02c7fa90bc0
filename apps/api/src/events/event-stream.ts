import { Bus } from '@bessemer/bus';
import { encodeToken, eventFilter, streams } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { type Consumer, DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { Injectable } from '@nestjs/common';

/** Where a reader wants to begin. */
export interface StreamStart {
  /** Only events of this node. */
  readonly node?: string;
  /** Only events of this workflow. */
  readonly workflow?: string;
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

function filterOf({ node, workflow }: StreamStart): string {
  if (node !== undefined) return `metal.event.api.node.${encodeToken(node)}.*`;
  if (workflow !== undefined) return `metal.event.api.workflow.${encodeToken(workflow)}.*`;
  return eventFilter('api');
}

const typeOf = (text: string): string => {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null && 'type' in parsed ? String(parsed.type) : 'message';
};

/** Reads the public events of the stream `EVENTS`, without a trace of the reader in it. */
@Injectable()
export class EventStream {
  constructor(private readonly bus: Bus) {}

  /**
   * The events from the start on, and then each as it comes, until `signal` ends it.
   *
   * @throws `unavailable` when the stream cannot be read
   */
  async *follow(start: StreamStart, signal: AbortSignal): AsyncGenerator<StreamedEvent> {
    let consumer: Consumer;
    try {
      consumer = await jetstream(this.bus.connection).consumers.get(streams.events.name, {
        filter_subjects: filterOf(start),
        ...(start.after !== undefined
          ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start.after + 1 }
          : start.since !== undefined
            ? { deliver_policy: DeliverPolicy.StartTime, opt_start_time: start.since.toISOString() }
            : { deliver_policy: DeliverPolicy.New }),
      });
    } catch (cause) {
      throw new BessemerError('unavailable', 'The stream of events cannot be read now.', { cause });
    }
    const messages = await consumer.consume();
    const stop = (): void => messages.stop();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      for await (const message of messages) {
        const text = message.string();
        yield { position: message.seq, type: typeOf(text), text };
      }
    } finally {
      signal.removeEventListener('abort', stop);
      await messages.close();
    }
  }
}
