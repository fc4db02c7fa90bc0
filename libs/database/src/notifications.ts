import type pg from 'pg';
import { openSession, type SessionOptions } from './session.js';

const longestPauseMs = 5_000;

/**
 * LISTEN for one process: one connection for all channels, opened at the first, opened anew when it is lost. Since
 * notifications are lost meanwhile, every listener is called once after each reconnection.
 */
export class Notifications {
  private readonly listeners = new Map<string, Set<(payload: string) => void>>();
  private session: pg.Client | undefined;
  private opening: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private closed = false;

  /** @param options where to connect */
  constructor(private readonly options: SessionOptions) {}

  /**
   * Calls `listener` with the payload of each notification on the channel, and with an empty one after a reconnection.
   * Resolves when the channel is listened to (or, with Postgres away, when the first attempt failed; it goes on trying).
   * Returns how to end it.
   */
  async listen(channel: string, listener: (payload: string) => void): Promise<() => void> {
    const ofChannel = this.listeners.get(channel) ?? new Set();
    ofChannel.add(listener);
    this.listeners.set(channel, ofChannel);
    if (this.session) await this.subscribe(this.session, channel);
    else await this.open();
    return () => {
      ofChannel.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await this.opening;
    const session = this.session;
    this.session = undefined;
    await session?.end();
  }

  private open(): Promise<void> {
    this.opening ??= this.connect().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async connect(): Promise<void> {
    try {
      const session = await openSession(this.options);
      session.on('notification', ({ channel, payload }) => {
        for (const listener of this.listeners.get(channel) ?? []) listener(payload ?? '');
      });
      session.on('error', () => this.lost(session));
      session.on('end', () => this.lost(session));
      this.session = session;
      for (const channel of this.listeners.keys()) await this.subscribe(session, channel);
      if (this.failures > 0) for (const all of this.listeners.values()) for (const listener of all) listener('');
      this.failures = 0;
    } catch {
      // Postgres is away: that is seen, and reported, by everyone who queries; here it only means to try again.
      this.session = undefined;
      this.again();
    }
  }

  private async subscribe(session: pg.Client, channel: string): Promise<void> {
    await session.query(`LISTEN ${session.escapeIdentifier(channel)}`);
  }

  private lost(session: pg.Client): void {
    if (this.session !== session) return;
    this.session = undefined;
    this.again();
  }

  private again(): void {
    if (this.closed) return;
    this.failures += 1;
    clearTimeout(this.retry);
    const pause = Math.min(100 * 2 ** this.failures, longestPauseMs);
    this.retry = setTimeout(() => void this.open(), pause);
    this.retry.unref();
  }
}
