import type { ServiceName } from '@bessemer/contracts';

/** What the configuration of a nats-server is made of. */
export interface NatsConfigurationOptions {
  host?: string;
  port: number;
  /** Folder in which JetStream keeps its files. */
  storeDir: string;
  /** The password of each service's user and of the read-only `subscriber`, in clear or as a bcrypt hash. */
  passwords: Record<ServiceName | 'subscriber', string>;
}

/** The text of a nats-server configuration. */
export function natsConfiguration(options: NatsConfigurationOptions): string {
  return `listen: ${options.host ?? '127.0.0.1'}:${options.port}\n`;
}
