import { Bus, Consumers, Outbox, Questions, Relay } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { NodeCopies } from '@bessemer/node-copy';
import { HealthServer, type Logger } from '@bessemer/telemetry';
import { appModule } from './app.module.js';
import { HealthService } from './health/health.service.js';
import { type AddPorts, type HookSettings, type KeepPorts } from './hooks/hook.js';
import { HookChain } from './hooks/hook-chain.js';
import { createHttpApplication } from './http/application.js';
import { IntrospectionsRepository } from './introspections/introspections.repository.js';
import { MachineFollower } from './introspections/machine-follower.js';
import { migrations } from './migrations.js';
import { ApiCaller, readCallHeaders } from './rules/api-caller.js';
import type { InspectorSettings } from './settings.js';

/** A running inspector. */
export interface RunningInspector {
  /** Where it is reached. */
  url: string;
  healthPort: number;
  /** Compares the copy of nodes with the api now. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the inspector: database, bus, copy of nodes, HTTP.
 *
 * @throws what Postgres, NATS or the settings make impossible
 */
export async function startInspector(settings: InspectorSettings, logger: Logger): Promise<RunningInspector> {
  const caller = new ApiCaller({
    deadlineMs: settings.callDeadlineMs,
    headers: await readCallHeaders(settings.callHeadersFile),
  });
  const hooks = new HookChain(settings.hooks, hookSettingsOf(settings));
  const database = await Database.connect({
    url: settings.databaseUrl,
    schema: 'inspector',
    applicationName: 'bessemer-inspector',
    migrations,
  });
  const bus = await Bus.connect({
    servers: settings.natsUrl,
    user: settings.natsUser || undefined,
    password: settings.natsPassword || undefined,
    name: 'bessemer-inspector',
    logger,
  });
  const relay = new Relay({ database, bus, logger });
  const consumers = new Consumers(bus, logger);
  const questions = new Questions(bus, logger);
  const follower = new MachineFollower(new IntrospectionsRepository(database));
  const copies = new NodeCopies({
    service: 'inspector',
    database,
    consumers,
    questions,
    logger,
    sweepMs: settings.sweepMs,
    onChange: (changes, tx) => follower.follow(changes, tx),
  });
  let url = settings.inspectorUrl;
  const application = await createHttpApplication(
    appModule({
      database,
      bus,
      questions,
      outbox: new Outbox('bessemer/inspector'),
      copies,
      hooks,
      caller,
      token: settings.internalToken,
      introspections: { keep: settings.keep, inspectorUrl: () => url, logger },
    }),
    {
      logger,
      maxBody: settings.maxBody,
      callbacksPerMinute: settings.callbacksPerMinute,
      trustedProxies: settings.trustedProxies,
    },
  );
  await relay.start();
  await copies.start();
  await application.listen(settings.port, settings.host);
  if (url === '') url = await application.getUrl();
  const healthService = application.get(HealthService);
  const health = await HealthServer.start(settings.healthPort, () => healthService.check());
  if (settings.discovery) logger.warn('discovery enrols nobody yet: unknown machines are refused');
  logger.info({ url, healthPort: health.port }, 'inspector is ready');
  return {
    url: await application.getUrl(),
    healthPort: health.port,
    refresh: () => copies.refresh(),
    stop: async () => {
      await health.stop();
      await application.close();
      await copies.stop();
      await consumers.stop();
      await questions.stop();
      await relay.stop();
      await bus.close();
      await database.close();
    },
  };
}

function hookSettingsOf({ addPorts, keepPorts }: InspectorSettings): HookSettings {
  return {
    addPorts: oneOf<AddPorts>(addPorts, ['all', 'active', 'pxe', 'disabled'], 'BESSEMER_INSPECTION_ADD_PORTS'),
    keepPorts: oneOf<KeepPorts>(keepPorts, ['all', 'present', 'added'], 'BESSEMER_INSPECTION_KEEP_PORTS'),
  };
}

function oneOf<T extends string>(text: string, choices: readonly T[], variable: string): T {
  const choice = choices.find((item) => item === text);
  if (choice !== undefined) return choice;
  throw new BessemerError('invalid', `${variable}: "${text}" is none of ${choices.join(', ')}.`, { field: variable });
}
