import { Bus, busMigrations } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { createLogger, type Logger } from '@bessemer/telemetry';
import { CountersTable1700000000001, EffectsTable1700000000002 } from '../workload.js';

/** What a program of the tests works with. */
export interface Connections {
  database: Database;
  bus: Bus;
  logger: Logger;
}

/** Connects as the service whose environment this process was given. */
export async function connectFromEnvironment(): Promise<Connections> {
  const variable = (name: string) => process.env[`BESSEMER_${name}`] ?? '';
  const service = variable('NATS_USER');
  const logger = createLogger(`${service}-${process.pid}`, variable('LOG_LEVEL'));
  const database = await Database.connect({
    url: variable('DATABASE_URL'),
    schema: service,
    applicationName: `test-${service}-${process.pid}`,
    migrations: [...busMigrations, service === 'api' ? CountersTable1700000000001 : EffectsTable1700000000002],
  });
  const bus = await Bus.connect({
    servers: variable('NATS_URL'),
    user: service,
    password: variable('NATS_PASSWORD'),
    name: `test-${service}-${process.pid}`,
    logger,
  });
  return { database, bus, logger };
}

/** Tells the test that the program works. */
export function tellReady(): void {
  process.send?.('ready');
}

/** Resolves when the test asks the program to end. */
export async function whenAskedToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('message', () => resolve());
    process.once('disconnect', () => resolve());
  });
}
