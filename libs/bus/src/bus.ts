import { EventEmitter } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
import { Requests } from './requests.js';
import { ensureStream, type StreamName, type StreamSettings, streamInfo, streamNames } from './streams.js';

/** How a service reaches NATS. */
export interface BusOptions {
  /** One or more `nats://host:port`, separated by commas. */
  servers: string;
  user?: string;
  password?: string;
  /** Shown by the server as the name of the connection, for example `bessemer-api`. */
  name: string;
  logger: Logger;
  /** Replicas and limits of the streams. */
  streams?: StreamSettings;
}

/** The oldest server whose features are enough (Debian 12's). */
const minimumVersion = '2.9.10';

/**
 * `lost`: the connection is gone, what was received on it must not be acknowledged any more. `restored`: it stands again. `streamChanged`:
 * somebody made or deleted a stream (its name). `consumerDeleted`: somebody deleted a consumer (its stream and name).
 */
type BusEvents = { lost: []; restored: []; closed: []; streamChanged: [string]; consumerDeleted: [string, string] };

/**
 * nats-server 2.9 removes the files of a deleted stream in the background, and those of a new one of the same name with them: so long
 * the new one is not made.
 */
const removalMs = 2_000;
const streamAdvisories = '$JS.EVENT.ADVISORY.STREAM.*.*';
const consumerAdvisories = '$JS.EVENT.ADVISORY.CONSUMER.DELETED.*.*';

/** A service's connection to NATS. */
export class Bus {
  /** Tells of the fate of the connection, the streams and the consumers. */
  readonly events = new EventEmitter<BusEvents>();
  readonly jetstream: JetStreamClient;
  /** Requests over this connection, those that publish to a stream too. */
  readonly requests: Requests;
  /** When streams were deleted while this process was connected. */
  private readonly deletions = new Map<string, number>();
  /** The run of the server on which a stream was seen last. */
  private readonly seen = new Map<string, string>();
  private generationNumber = 1;
  private connected = true;

  private constructor(
    readonly connection: NatsConnection,
    readonly manager: JetStreamManager,
    private readonly options: BusOptions,
  ) {
    this.jetstream = jetstream(connection);
    this.requests = new Requests(connection, inboxPrefixOf(options));
    this.events.setMaxListeners(0);
    void this.follow();
    this.advise(streamAdvisories, ([, , , , action, stream = '']) => {
      if (action === 'DELETED') this.deletions.set(stream, performance.now());
      if (action === 'DELETED' || action === 'CREATED') this.events.emit('streamChanged', stream);
    });
    this.advise(consumerAdvisories, ([, , , , , stream = '', consumer = '']) => {
      this.events.emit('consumerDeleted', stream, consumer);
    });
    void connection.closed().then((error) => {
      this.connected = false;
      this.requests.closed();
      if (error) options.logger.error({ err: error }, 'connection to NATS closed');
      this.events.emit('closed');
    });
  }

  /**
   * Connects, checks the server and makes the streams that are missing. Later losses of the connection are repaired in the background.
   *
   * @throws `unavailable` when no server answers, `unauthorized` when it refuses the user, `unsupported` when it is too old
   */
  static async connect(options: BusOptions): Promise<Bus> {
    const connection = await open(options);
    try {
      assertServer(connection);
      const manager = await jetstreamManager(connection, { checkAPI: false });
      const bus = new Bus(connection, manager, options);
      for (const name of streamNames) await bus.ensureStream(name);
      return bus;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Whether the connection stands now. */
  isHealthy(): boolean {
    return this.connected && !this.connection.isClosed();
  }

  /** Rises whenever the connection is lost: deliveries of an earlier generation may belong to a store that is gone. */
  get generation(): number {
    return this.generationNumber;
  }

  /** Changes with every start of the server; empty while there is no connection. */
  get serverId(): string {
    return this.connection.info?.server_id ?? '';
  }

  /** Makes the stream if it is missing, and returns what it is now. */
  async ensureStream(name: StreamName): Promise<StreamInfo> {
    if (!(await streamInfo(this.manager, name))) await this.awaitRemoval(name);
    const info = await ensureStream(this.manager, name, this.options.streams);
    this.seen.set(name, this.serverId);
    this.deletions.delete(name);
    return info;
  }

  /** A stream that this run of the server had, and has no more, was deleted just now or when its advisory came. */
  private async awaitRemoval(name: StreamName): Promise<void> {
    if (this.seen.get(name) !== this.serverId) return;
    const deletedAt = this.deletions.get(name) ?? performance.now();
    this.deletions.set(name, deletedAt);
    await setTimeout(Math.max(0, deletedAt + removalMs - performance.now()));
  }

  /** Resolves as soon as the connection stands; throws `unavailable` when the bus is closed or the signal says to stop. */
  async whenHealthy(signal?: AbortSignal): Promise<void> {
    if (this.isHealthy()) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (act: () => void) => () => {
        this.events.off('restored', restored).off('closed', closed);
        signal?.removeEventListener('abort', closed);
        act();
      };
      const restored = settle(resolve);
      const closed = settle(() => reject(new BessemerError('unavailable', 'The bus is closed.')));
      this.events.once('restored', restored).once('closed', closed);
      signal?.addEventListener('abort', closed, { once: true });
      if (signal?.aborted || this.connection.isClosed()) closed();
    });
  }

  /** The outcome of a request, or `unavailable` as soon as the connection is lost: its answer would never come. */
  async whileConnected<T>(request: Promise<T>): Promise<T> {
    const { generation } = this;
    let onLost: (() => void) | undefined;
    const lost = new Promise<never>((_, reject) => {
      onLost = () => reject(new BessemerError('unavailable', 'The connection to NATS was lost.'));
      this.events.once('lost', onLost).once('closed', onLost);
      if (generation !== this.generation || !this.isHealthy()) onLost();
    });
    try {
      return await Promise.race([request, lost]);
    } finally {
      if (onLost) this.events.off('lost', onLost).off('closed', onLost);
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private advise(subject: string, act: (tokens: string[]) => void): void {
    this.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) this.options.logger.error({ err: error, subject }, 'advisories of NATS cannot be followed');
        else act(message.subject.split('.'));
      },
    });
  }

  private async follow(): Promise<void> {
    const { logger } = this.options;
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.connected = false;
        this.generationNumber += 1;
        this.requests.connectionLost();
        logger.warn({ server: status.server }, 'connection to NATS lost');
        this.events.emit('lost');
      } else if (status.type === 'reconnect') {
        this.connected = true;
        logger.info({ server: status.server }, 'connection to NATS restored');
        this.events.emit('restored');
      } else if (status.type === 'error') {
        if (status.error instanceof PermissionViolationError) this.requests.refused(status.error);
        logger.error({ err: status.error }, 'NATS reported an error');
      }
    }
  }
}

/** Each user may listen to its own inboxes alone, so that nobody reads the answers of others. */
function inboxPrefixOf({ user }: BusOptions): string {
  return user === undefined ? '_INBOX' : `_INBOX_${user}`;
}

async function open(options: BusOptions): Promise<NatsConnection> {
  try {
    return await connect({
      servers: options.servers.split(',').map((server) => server.trim()),
      name: options.name,
      ...(options.user === undefined ? {} : { user: options.user, pass: options.password ?? '' }),
      inboxPrefix: inboxPrefixOf(options),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 100,
      pingInterval: 10_000,
      maxPingOut: 2,
      ignoreAuthErrorAbort: true,
      // Else each publish and each question makes two errors, with their stacks, in case that it fails.
      noAsyncTraces: true,
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/authorization/i.test(message)) {
      throw new BessemerError('unauthorized', `NATS at ${options.servers} refuses the user "${options.user ?? ''}".`, {
        remedy: 'Check BESSEMER_NATS_USER and BESSEMER_NATS_PASSWORD against the configuration of nats-server.',
        cause,
      });
    }
    throw new BessemerError('unavailable', `NATS does not answer at ${options.servers}: ${message}`, {
      remedy: 'Check that nats-server runs and that BESSEMER_NATS_URL names it.',
      cause,
    });
  }
}

function assertServer(connection: NatsConnection): void {
  const info = connection.info;
  const version = info?.version ?? '0.0.0';
  if (isOlder(version, minimumVersion)) {
    throw new BessemerError('unsupported', `nats-server ${version} is too old: ${minimumVersion} or later is needed.`, {
      remedy: `Install nats-server ${minimumVersion} or later.`,
    });
  }
  if (info?.jetstream !== true) {
    throw new BessemerError('unsupported', 'nats-server runs without JetStream.', {
      remedy: 'Start it with -js, or with a jetstream section in its configuration.',
    });
  }
}

/** Whether the version is earlier than the other; both `major.minor.patch`, whatever follows. */
export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string) => text.split(/[.+-]/, 3).map((part) => Number.parseInt(part, 10) || 0);
  const own = numbers(version);
  const first = numbers(than)
    .map((number, index) => (own[index] ?? 0) - number)
    .find((difference) => difference !== 0);
  return first !== undefined && first < 0;
}
