import { BessemerError } from '@bessemer/errors';
import {
  createInbox,
  type Msg,
  type MsgHdrs,
  NoRespondersError,
  nuid,
  type PermissionViolationError,
  TimeoutError,
} from '@nats-io/transport-node';

/** How a reply is awaited. */
export interface RequestOptions {
  readonly headers: MsgHdrs;
  readonly timeoutMs: number;
  /** Whether it fails as soon as the connection is lost, since its reply would never come. */
  readonly whileConnected?: boolean;
}

/** What of a connection to NATS requests need. */
export interface RequestWire {
  publish(subject: string, payload: string, options: { reply: string; headers: MsgHdrs }): void;
  subscribe(subject: string, options: { callback(error: Error | null, reply: Msg): void }): unknown;
}

interface Pending {
  readonly subject: string;
  readonly endsWithConnection: boolean;
  readonly timer: NodeJS.Timeout;
  resolve(reply: Msg): void;
  reject(error: Error): void;
}

const noResponders = 503;

/**
 * Requests over one connection: the replies of all come to one inbox. The library's own do the same, and make an error with its stack for
 * each of them, also where nothing has failed; a service that is loaded makes thousands a second.
 */
export class Requests {
  private readonly pending = new Map<string, Pending>();
  private readonly inbox: string;
  private isListening = false;

  /** @param inboxPrefix below which this connection may listen */
  constructor(
    private readonly connection: RequestWire,
    inboxPrefix: string,
  ) {
    this.inbox = createInbox(inboxPrefix);
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws NoRespondersError at once when nobody listens, TimeoutError when no reply came in time, PermissionViolationError when this
   *   connection may not publish to the subject, `unavailable` when the connection is closed, or lost where that matters
   */
  send(subject: string, payload: string, { headers, timeoutMs, whileConnected = false }: RequestOptions): Promise<Msg> {
    return new Promise((resolve, reject) => {
      const token = nuid.next();
      const timer = setTimeout(() => this.settle(token)?.reject(new TimeoutError()), timeoutMs);
      this.pending.set(token, { subject, endsWithConnection: whileConnected, timer, resolve, reject });
      try {
        this.listen();
        this.connection.publish(subject, payload, { reply: `${this.inbox}.${token}`, headers });
      } catch (error) {
        this.settle(token);
        reject(error);
      }
    });
  }

  /** What waits for the connection to stand fails now. */
  connectionLost(): void {
    this.fail(
      ({ endsWithConnection }) => endsWithConnection,
      new BessemerError('unavailable', 'The connection to NATS was lost.'),
    );
  }

  /** The connection is closed for good. */
  closed(): void {
    this.failAll(new BessemerError('unavailable', 'The connection to NATS is closed.'));
  }

  /** The server refused what was sent to a subject. */
  refused(error: PermissionViolationError): void {
    this.fail(({ subject }) => subject === error.subject, error);
  }

  /** A server that refuses the inbox ends the subscription; the next request tries again, which may be allowed by then. */
  private listen(): void {
    if (this.isListening) return;
    this.isListening = true;
    this.connection.subscribe(`${this.inbox}.*`, {
      callback: (error, reply) => {
        if (!error) return this.take(reply);
        this.isListening = false;
        this.failAll(error);
      },
    });
  }

  private take(reply: Msg): void {
    const pending = this.settle(reply.subject.slice(this.inbox.length + 1));
    if (pending === undefined) return;
    if (reply.data.length === 0 && reply.headers?.code === noResponders)
      pending.reject(new NoRespondersError(pending.subject));
    else pending.resolve(reply);
  }

  private failAll(error: Error): void {
    this.fail(() => true, error);
  }

  private fail(which: (pending: Pending) => boolean, error: Error): void {
    for (const [token, pending] of this.pending) if (which(pending)) this.settle(token)?.reject(error);
  }

  private settle(token: string): Pending | undefined {
    const pending = this.pending.get(token);
    if (pending === undefined) return undefined;
    this.pending.delete(token);
    clearTimeout(pending.timer);
    return pending;
  }
}
