/** What waits in a queue: where it belongs and where it stands in its stream. */
export interface Queued {
  aggregate: string;
  sequence: number;
}

/**
 * Messages waiting in this process, a queue for each aggregate in the order of the stream. Of each queue only the head is handled, and
 * only one at a time.
 */
export class AggregateQueues<E extends Queued> {
  private readonly queues = new Map<string, E[]>();
  private readonly ready: string[] = [];
  private readonly taken = new Set<string>();
  private count = 0;

  /** How many messages are held. */
  get size(): number {
    return this.count;
  }

  /** How many messages of an aggregate are held. */
  sizeOf(aggregate: string): number {
    return this.queues.get(aggregate)?.length ?? 0;
  }

  /** All messages that are held. */
  *entries(): Iterable<E> {
    for (const queue of this.queues.values()) yield* queue;
  }

  /** Puts a message in its place. A repeated delivery takes the place of the earlier one, which is returned. */
  add(entry: E): E | undefined {
    const queue = this.queues.get(entry.aggregate) ?? [];
    this.queues.set(entry.aggregate, queue);
    const index = queue.findIndex(({ sequence }) => sequence >= entry.sequence);
    const present = index < 0 ? undefined : queue[index];
    if (present?.sequence === entry.sequence) {
      queue[index] = entry;
      return present;
    }
    queue.splice(index < 0 ? queue.length : index, 0, entry);
    this.count += 1;
    this.offer(entry.aggregate);
    return undefined;
  }

  /** The head of a queue that nobody works on; give it back by {@link release}. */
  take(): E | undefined {
    const aggregate = this.ready.shift();
    if (aggregate === undefined) return undefined;
    const head = this.queues.get(aggregate)?.[0];
    if (head) this.taken.add(aggregate);
    return head;
  }

  /** Makes the aggregate's next message available again. */
  release(aggregate: string): void {
    this.taken.delete(aggregate);
    this.offer(aggregate);
  }

  /** Removes one message, whichever delivery of it. */
  remove(entry: Queued): void {
    const queue = this.queues.get(entry.aggregate);
    const index = queue?.findIndex(({ sequence }) => sequence === entry.sequence) ?? -1;
    if (!queue || index < 0) return;
    queue.splice(index, 1);
    this.count -= 1;
    if (queue.length === 0) this.queues.delete(entry.aggregate);
  }

  /** Removes all messages of an aggregate and returns them. */
  removeAll(aggregate: string): E[] {
    const queue = this.queues.get(aggregate) ?? [];
    this.queues.delete(aggregate);
    this.count -= queue.length;
    return queue;
  }

  private offer(aggregate: string): void {
    if (this.taken.has(aggregate) || this.ready.includes(aggregate) || !this.queues.has(aggregate)) return;
    this.ready.push(aggregate);
  }
}
