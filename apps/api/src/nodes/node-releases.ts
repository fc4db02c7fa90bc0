import { EventEmitter } from 'node:events';
import type { Logger } from '@bessemer/telemetry';
import { Client } from 'pg';
import { releaseChannel } from './nodes.repository.js';

const reconnectAfterMs = 1000;

/** Notices from the moment that the watch began, so that one between a look and the wait is not lost. */
export interface Watch {
  /** Resolves when the node was released since the watch began, or after `ms` milliseconds. */
  until(uuid: string, ms: number): Promise<void>;
  close(): void;
}

/** Tells when a node is released, on whichever instance that happened: Postgres passes the word on. */
export class NodeReleases {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private client: Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isStopped = false;

  /** @param url of the database, with the service's own role */
  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {}

  /** Begins to listen; from then on a lost connection is made anew. */
  async start(): Promise<void> {
    const client = new Client({ connectionString: this.url, application_name: 'bessemer-api-releases' });
    client.on('notification', ({ payload }) => this.emitter.emit('released', payload ?? ''));
    client.on('error', (error) => this.reconnect(client, error));
    client.on('end', () => this.reconnect(client));
    this.client = client;
    await client.connect();
    await client.query(`LISTEN ${releaseChannel}`);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.retry);
    const client = this.client;
    this.client = undefined;
    await client?.end();
  }

  /**
   * Has the listener told of each node that is released.
   *
   * @returns ends that
   */
  onRelease(listener: (uuid: string) => void): () => void {
    this.emitter.on('released', listener);
    return () => this.emitter.off('released', listener);
  }

  /** Begins a watch; whoever waits must close it. */
  watch(): Watch {
    const released = new Set<string>();
    let wake: (() => void) | undefined;
    let awaited = '';
    const onRelease = (uuid: string): void => {
      released.add(uuid);
      if (uuid === awaited) wake?.();
    };
    this.emitter.on('released', onRelease);
    return {
      until: (uuid, ms) =>
        new Promise((resolve) => {
          if (released.has(uuid)) return resolve();
          awaited = uuid;
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        }),
      close: () => this.emitter.off('released', onRelease),
    };
  }

  private reconnect(client: Client, error?: Error): void {
    if (this.isStopped || this.client !== client) return;
    this.client = undefined;
    this.logger.warn({ err: error }, 'listening for released nodes was interrupted');
    this.retry = setTimeout(() => {
      this.start().catch((cause: unknown) => {
        this.logger.warn({ err: cause }, 'listening for released nodes failed');
        if (this.client !== undefined) this.reconnect(this.client);
      });
    }, reconnectAfterMs);
  }
}
