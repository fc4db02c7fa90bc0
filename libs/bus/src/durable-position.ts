import { AckPolicy, type ConsumerInfo, DeliverPolicy, ReplayPolicy, type StreamInfo } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Bus } from './bus.js';
import type { ConsumeOptions } from './consumers.js';
import type { Floor, InboxRepository } from './inbox.repository.js';
import { consumerInfo } from './streams.js';

const ackWaitMs = 5_000;
const defaultMaxAckPending = 256;

/** Where a new durable begins. */
type Start = { deliver_policy: DeliverPolicy; opt_start_seq?: number };

/** What is known of the durable after it was made sure of. */
export interface DurableState {
  /** The stream's incarnation. */
  incarnation: string;
  /** The run of the server. */
  server: string;
  /** Everything up to this sequence is done with. */
  floor: number;
}

/**
 * One durable consumer at the server: makes it, makes it anew where it has to begin when it or its stream is gone, and notes its
 * position in Postgres so that this place is known.
 */
export class DurablePosition<T extends object> {
  constructor(
    private readonly bus: Bus,
    private readonly options: Pick<
      ConsumeOptions<T>,
      'stream' | 'durable' | 'filter' | 'maxAckPending' | 'deliverFrom'
    >,
    private readonly inbox: InboxRepository,
  ) {}

  /** Makes the stream and the durable if they are missing, or unfit after the server lost some of its store. */
  async ensure(): Promise<DurableState> {
    const { stream, durable } = this.options;
    const { manager } = this.bus;
    const server = this.bus.serverId;
    const noted = await this.inbox.floor();
    // The consumer is asked for first: its stream can only have grown when that is asked for next.
    let consumer = await consumerInfo(manager, stream, durable);
    const info = await this.bus.ensureStream(stream);
    const isAhead = consumer && consumer.delivered.stream_seq > info.state.last_seq;
    const isOtherRun = noted !== undefined && noted.server !== server;
    if (consumer && (isAhead || isOtherRun)) {
      await manager.consumers.delete(stream, durable);
      consumer = undefined;
    }
    consumer = consumer ? await this.adapt(consumer) : await this.create(info, noted, server);
    const state = { incarnation: info.created, server, floor: consumer.ack_floor.stream_seq };
    await this.inbox.noteFloor(stream, { incarnation: state.incarnation, server, sequence: state.floor });
    return state;
  }

  /** Asks how far the durable is and notes it; undefined when it is gone. */
  async note(state: DurableState): Promise<DurableState | undefined> {
    const floor = await this.floor();
    if (floor === undefined) return undefined;
    const { incarnation, server } = state;
    await this.inbox.noteFloor(this.options.stream, { incarnation, server, sequence: floor });
    return { ...state, floor };
  }

  /** Everything up to this sequence is done with; undefined when the durable is gone. */
  async floor(): Promise<number | undefined> {
    const info = await consumerInfo(this.bus.manager, this.options.stream, this.options.durable);
    return info?.ack_floor.stream_seq;
  }

  private async create(stream: StreamInfo, noted: Floor | undefined, server: string): Promise<ConsumerInfo> {
    const { durable, filter } = this.options;
    return await this.bus.manager.consumers.add(this.options.stream, {
      durable_name: durable,
      filter_subject: filter,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_deliver: -1,
      max_ack_pending: this.maxAckPending,
      replay_policy: ReplayPolicy.Instant,
      ...this.start(stream, noted, server),
    });
  }

  private async adapt(consumer: ConsumerInfo): Promise<ConsumerInfo> {
    const { stream, durable, filter } = this.options;
    const { config } = consumer;
    if (config.max_ack_pending === this.maxAckPending && config.filter_subject === filter) return consumer;
    return await this.bus.manager.consumers.update(stream, durable, {
      ...config,
      filter_subject: filter,
      max_ack_pending: this.maxAckPending,
    });
  }

  private get maxAckPending(): number {
    return this.options.maxAckPending ?? defaultMaxAckPending;
  }

  /** A work queue is always taken from its beginning; events from where they were handled, and never later than that. */
  private start(stream: StreamInfo, noted: Floor | undefined, server: string): Start {
    const all = { deliver_policy: DeliverPolicy.All };
    if (this.options.stream === 'WORK') return all;
    if (!noted) return this.options.deliverFrom === 'new' ? { deliver_policy: DeliverPolicy.New } : all;
    if (noted.incarnation !== stream.created) return all;
    const handled = noted.server === server ? noted.sequence : noted.safeSequence;
    const from = Math.min(handled, stream.state.last_seq) + 1;
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from };
  }
}
