import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { StreamedEvent } from './event-stream.js';

/** Writes server-sent events to a reader, no faster than it takes them. */
export class EventWriter {
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly raw: ServerResponse,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Writes the head and all events.
   *
   * @param keepAliveMs how often a comment tells the reader that the connection lives, milliseconds
   * @throws what reading the events throws
   */
  async write(events: AsyncIterable<StreamedEvent>, keepAliveMs: number): Promise<void> {
    const { raw } = this;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    raw.write(': connected\n\n');
    this.heartbeat = setInterval(() => this.beat(), keepAliveMs);
    try {
      for await (const { position, type, text } of events) {
        const isRoomLeft = raw.write(`id: ${position}\nevent: ${type}\ndata: ${text}\n\n`);
        if (!isRoomLeft) await this.drained();
      }
    } finally {
      clearInterval(this.heartbeat);
      raw.end();
    }
  }

  /** A reader that is behind gets none: it hears of the connection by what waits for it. */
  private beat(): void {
    if (!this.raw.writableNeedDrain) this.raw.write(': alive\n\n');
  }

  /** Resolves when the reader has taken what was written, or the stream ends. */
  private async drained(): Promise<void> {
    try {
      await once(this.raw, 'drain', { signal: this.signal });
    } catch (error) {
      if (!this.signal.aborted) throw error;
    }
  }
}
