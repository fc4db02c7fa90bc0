import type { Logger } from '@bessemer/telemetry';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { StreamSettings } from './streams.js';

/** How a service reaches NATS. */
export interface BusOptions {
  /** One or more `nats://host:port`, separated by commas. */
  servers: string;
  user?: string;
  password?: string;
  /** Shown by the server as the name of the connection, for example `bessemer-api`. */
  name: string;
  logger: Logger;
  /** Replicas and limits of the streams; one replica when absent. */
  streams?: StreamSettings;
}

/** A service's connection to NATS. */
export class Bus {
  private constructor(
    readonly connection: NatsConnection,
    readonly options: BusOptions,
  ) {}

  /** Connects. */
  static async connect(options: BusOptions): Promise<Bus> {
    const connection = await connect({
      servers: options.servers.split(','),
      user: options.user,
      pass: options.password,
      name: options.name,
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true,
    });
    return new Bus(connection, options);
  }

  /** Whether the connection stands. */
  isHealthy(): boolean {
    return !this.connection.isClosed();
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
