import type { SettingDefinitions } from './settings.js';

/** What every service is told by its environment. */
export interface ServiceSettings {
  databaseUrl: string;
  natsUrl: string;
  natsUser: string;
  natsPassword: string;
  /** Bearer of the internal HTTP endpoints; empty closes them. */
  internalToken: string;
  logLevel: string;
  healthPort: number;
}

/**
 * The settings that all services have.
 *
 * @param schema the schema that the service owns
 */
export function serviceSettings(schema: string): SettingDefinitions<ServiceSettings> {
  return {
    databaseUrl: {
      variable: 'BESSEMER_DATABASE_URL',
      type: 'string',
      secret: true,
      help: `Postgres, with the role that owns the schema ${schema}.`,
    },
    natsUrl: { variable: 'BESSEMER_NATS_URL', type: 'string', help: 'The NATS servers, separated by commas.' },
    natsUser: { variable: 'BESSEMER_NATS_USER', type: 'string', default: '', help: 'User at NATS.' },
    natsPassword: {
      variable: 'BESSEMER_NATS_PASSWORD',
      type: 'string',
      default: '',
      secret: true,
      help: 'Password of the user at NATS.',
    },
    internalToken: {
      variable: 'BESSEMER_INTERNAL_TOKEN',
      type: 'string',
      default: '',
      secret: true,
      help: 'Bearer token of HTTP between the services; the internal endpoints refuse everyone without it.',
    },
    logLevel: {
      variable: 'BESSEMER_LOG_LEVEL',
      type: 'string',
      default: 'info',
      help: 'trace, debug, info, warn or error.',
    },
    healthPort: {
      variable: 'BESSEMER_HEALTH_PORT',
      type: 'integer',
      default: 0,
      help: 'Port of GET /health on 127.0.0.1; 0 takes a free one.',
    },
  };
}
