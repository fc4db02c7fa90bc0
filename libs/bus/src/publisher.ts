import { type ApiError, JetStreamApiError, type PubAck } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import type { Bus } from './bus.js';
import { orderHeaders, type Predecessor } from './message-headers.js';
import type { PredecessorRow, SentRow, UnsentRow } from './outbox.repository.js';
import type { CheckedStreams } from './stream-check.js';

const publishTimeoutMs = 3_000;
const maxInFlight = 256;

/** What came of a batch. */
export interface Published {
  sent: SentRow[];
  /** Aggregates whose next row could not be published, and why. */
  failed: Map<string, unknown>;
}

/** The stream is not the one that was checked. */
export class StreamChangedError extends Error {
  constructor(stream: string) {
    super(`The stream ${stream} was made anew.`);
    this.name = 'StreamChangedError';
  }
}

/**
 * Publishes rows: those of one aggregate one after another, each after the acknowledgement of the one before, so that a failure leaves
 * no gap; those of different aggregates at the same time.
 */
export class Publisher {
  /** @param bus where to publish */
  constructor(private readonly bus: Bus) {}

  /**
   * @param rows in the order of their positions
   * @param mayGoOn asked before every publish; a row that it keeps back is neither sent nor failed
   */
  async publish(rows: readonly UnsentRow[], streams: CheckedStreams, mayGoOn: () => boolean): Promise<Published> {
    const published: Published = { sent: [], failed: new Map() };
    const chains = [...chainsOf(rows)];
    const work = async () => {
      for (let chain = chains.shift(); chain; chain = chains.shift()) {
        await this.publishChain(chain, streams, mayGoOn, published);
      }
    };
    await Promise.all(Array.from({ length: Math.min(maxInFlight, chains.length) }, work));
    return published;
  }

  private async publishChain(
    chain: readonly UnsentRow[],
    streams: CheckedStreams,
    mayGoOn: () => boolean,
    published: Published,
  ): Promise<void> {
    const latest = new Map<string, Predecessor>();
    for (const row of chain) {
      if (!mayGoOn()) return;
      try {
        const sent = await this.publishRow(row, streams, latest);
        published.sent.push(sent);
        const asPredecessor = { id: row.id, sequence: sent.sequence, subject: row.subject };
        latest.set(row.channel, asPredecessor).set(row.resource_channel, asPredecessor);
      } catch (error) {
        published.failed.set(row.aggregate, error);
        return;
      }
    }
  }

  private async publishRow(
    row: UnsentRow,
    streams: CheckedStreams,
    latest: ReadonlyMap<string, Predecessor>,
  ): Promise<SentRow> {
    const stream = streams.get(row.stream);
    if (!stream) throw new StreamChangedError(row.stream);
    const before = (channel: string, stored: PredecessorRow | null) =>
      latest.get(channel) ?? predecessorOf(stored, stream.incarnation);
    const headers = orderHeaders(
      before(row.channel, row.previous),
      row.resource_channel === row.channel
        ? undefined
        : before(row.resource_channel, row.is_previous_of_resource === true ? row.previous : row.previous_of_resource),
    );
    headers.set('Nats-Msg-Id', `${row.id}.${row.attempt}`);
    headers.set('Nats-Expected-Stream', row.stream);
    const acknowledgement = await this.acknowledged(row.subject, row.payload, headers);
    if (!acknowledgement.duplicate && acknowledgement.seq <= stream.lastSequence) {
      throw new StreamChangedError(row.stream);
    }
    return { position: row.position, sequence: acknowledgement.seq, incarnation: stream.incarnation };
  }

  /** Publishes to whichever stream has the subject (JetStream's protocol of publishing: a request to the subject itself). */
  private async acknowledged(subject: string, payload: string, headers: MsgHdrs): Promise<PubAck> {
    const reply = await this.bus.requests.send(subject, payload, {
      headers,
      timeoutMs: publishTimeoutMs,
      whileConnected: true,
    });
    const answer = reply.json<PubAck & { error?: ApiError }>();
    if (answer.error) throw new JetStreamApiError(answer.error);
    return answer;
  }
}

function chainsOf(rows: readonly UnsentRow[]): Iterable<UnsentRow[]> {
  const chains = new Map<string, UnsentRow[]>();
  for (const row of rows) {
    const chain = chains.get(row.aggregate);
    if (chain) chain.push(row);
    else chains.set(row.aggregate, [row]);
  }
  return chains.values();
}

/** A predecessor that stood in an earlier incarnation of the stream stands nowhere now. */
function predecessorOf(row: PredecessorRow | null, incarnation: string): Predecessor | undefined {
  if (!row) return undefined;
  return { id: row.id, subject: row.subject, sequence: row.incarnation === incarnation ? row.sequence : 0 };
}
