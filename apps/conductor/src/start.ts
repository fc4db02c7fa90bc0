import { NestLogger } from '@bessemer/telemetry';
import { NestFactory } from '@nestjs/core';
import { Conductor } from './conductor.js';
import { type ConductorOptions, conductorModule } from './conductor.module.js';

/** A conductor that runs. */
export interface StartedConductor {
  /** Stops it in order. */
  stop(): Promise<void>;
}

/** Starts a conductor in this process. Throws when Postgres or NATS does not answer. */
export async function startConductor(options: ConductorOptions): Promise<StartedConductor> {
  const application = await NestFactory.createApplicationContext(conductorModule(options), {
    logger: new NestLogger(options.logger),
    abortOnError: false,
  });
  await application.get(Conductor).start(options.settings.healthPort);
  return { stop: () => application.close() };
}
