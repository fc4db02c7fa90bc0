import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { RunningInstance } from './running-instance.js';
import { services } from './running-instance.js';

/**
 * Hears everything on the bus of an instance: with the read-only user the events as they are published, and with the
 * user of each service the questions it is asked and all that is delivered to it: commands, events and answers.
 */
export class BusTap {
  /** Subject and payload, a line each. */
  readonly messages = new Set<string>();
  /** Payloads that the read-only user heard. */
  readonly events: string[] = [];
  private readonly waiters = new Set<() => void>();
  private readonly connections: NatsConnection[] = [];

  static async start(instance: RunningInstance): Promise<BusTap> {
    const tap = new BusTap();
    await tap.listen(instance, 'subscriber', ['metal.event.>'], (payload) => tap.heard(payload));
    for (const service of services)
      await tap.listen(instance, service, [`_INBOX_${service}.>`, `metal.rpc.${service}.>`]);
    return tap;
  }

  async stop(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.drain()));
  }

  /** Waits for the next event, at most so long. */
  nextEvent(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.waiters.delete(settle);
        resolve();
      };
      const timer = setTimeout(settle, timeoutMs);
      this.waiters.add(settle);
    });
  }

  private heard(payload: string): void {
    this.events.push(payload);
    for (const waiter of [...this.waiters]) waiter();
  }

  private async listen(
    instance: RunningInstance,
    user: string,
    subjects: readonly string[],
    also: (payload: string) => void = () => undefined,
  ): Promise<void> {
    const connection = await connect({
      servers: instance.natsUrl,
      user,
      pass: await instance.busPassword(user),
      inboxPrefix: `_INBOX_${user}`,
    });
    this.connections.push(connection);
    for (const subject of subjects)
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) throw error;
          const headers = message.headers === undefined ? '' : String(message.headers);
          const payload = Buffer.from(message.data).toString('latin1');
          this.messages.add(`${message.subject} ${headers} ${payload}`);
          also(payload);
        },
      });
    await connection.flush();
  }
}
