import { readFile } from 'node:fs/promises';
import { Bus, Consumers, Outbox, Questions, Relay } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { parsePublicKeys } from '@bessemer/secrets';
import { type Logger, NestLogger } from '@bessemer/telemetry';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AllocationMatcher } from './allocations/allocation-matcher.js';
import { appModule } from './app.module.js';
import { openAuthenticator } from './auth/open-authenticator.js';
import { AdministratorsAuthorizer } from './auth/policy.js';
import { AwaitedNodes } from './borrowed-nodes/awaited-nodes.js';
import { BorrowedNodesService } from './borrowed-nodes/borrowed-nodes.service.js';
import { HealthServer, HealthService } from './health/health.server.js';
import { Retention } from './history/retention.js';
import { requireBudget } from './http/body-budget.js';
import { requireOrigins } from './http/cors.js';
import { ErrorFilter } from './http/error.filter.js';
import { ApiServer } from './http/server.js';
import { CallsService } from './management/calls.service.js';
import { NodeReleases } from './nodes/node-releases.js';
import { apiMigrations } from './schema/index.js';
import type { ApiSettings } from './settings.js';
import { BusHandlers } from './tasks/bus-handlers.js';

/** A running api. */
export interface RunningApi {
  /** Where it listens. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly database: Database;
  /** The routes with their methods. */
  routes(): { pattern: string; methods: string[] }[];
  /** Ends what is under way and lets go of everything. */
  stop(): Promise<void>;
}

/**
 * Connects, migrates, consumes and listens.
 *
 * @throws when settings contradict each other, Postgres or NATS do not answer, or the port is taken
 */
export async function startApi(settings: ApiSettings, logger: Logger): Promise<RunningApi> {
  const [sealingKey] = parsePublicKeys(await readFile(settings.sealingPublicKeyFile, 'utf8'));
  if (sealingKey === undefined) throw new BessemerError('invalid', 'The file of public sealing keys is empty.');
  requireOrigins(settings.corsOrigins);
  requireBudget(settings.largeBodies);
  const authenticator = await openAuthenticator(settings, logger);
  const database = await Database.connect({
    url: settings.databaseUrl,
    schema: 'api',
    applicationName: 'bessemer-api',
    migrations: apiMigrations,
    poolSize: 20,
  });
  const bus = await Bus.connect({
    servers: settings.natsUrl,
    ...(settings.natsUser === '' ? {} : { user: settings.natsUser, password: settings.natsPassword }),
    name: 'bessemer-api',
    logger,
  });
  const relay = new Relay({ database, bus, logger });
  const consumers = new Consumers(bus, logger);
  const questions = new Questions(bus, logger);
  const releases = new NodeReleases(settings.databaseUrl, logger);
  const server = new ApiServer({
    ...(settings.publicUrl === '' ? {} : { publicUrl: settings.publicUrl.replace(/\/+$/, '') }),
    authenticator,
    authorizer: new AdministratorsAuthorizer(),
    corsOrigins: settings.corsOrigins,
    trustedProxies: settings.trustedProxies,
    limits: {
      requestsPerSecond: settings.publicRequestsPerSecond,
      inspectionsPerMinute: settings.inspectionsPerMinute,
    },
    largeBodies: settings.largeBodies,
  });
  let url = settings.publicUrl;
  const app = await NestFactory.create<NestFastifyApplication>(
    appModule({
      database,
      bus,
      outbox: new Outbox('bessemer/api'),
      consumers,
      questions,
      releases,
      logger,
      sealingKey,
      inspector: { url: settings.inspectorUrl.replace(/\/+$/, ''), token: settings.internalToken },
      agentRequireTls: settings.agentRequireTls,
      healthcheck: settings.healthcheck,
      lockWaitMs: settings.lockWait,
      eventKeepAliveMs: settings.eventKeepAlive,
      internalUrl: () => url,
    }),
    server.adapter,
    { logger: new NestLogger(logger), bodyParser: false },
  );
  app.useGlobalFilters(new ErrorFilter(server.routes, logger));
  await app.init();
  await relay.start();
  await releases.start();
  await app.get(BusHandlers).start();
  app.get(AllocationMatcher).start();
  app.get(CallsService).start();
  app.get(BorrowedNodesService).start();
  app.get(AwaitedNodes).start();
  app.get(Retention).start();
  await app.listen(settings.port, settings.host);
  const listening = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  if (url === '') url = listening;
  const health = new HealthServer(app.get(HealthService));
  await health.start(settings.healthPort);
  logger.info({ url: listening }, 'api is ready');
  return {
    url: listening,
    app,
    database,
    routes: () => server.routes.list(),
    stop: async () => {
      await app.close();
      await authenticator.stop();
      await health.stop();
      await questions.stop();
      await consumers.stop();
      await relay.stop();
      await releases.stop();
      await bus.close();
      await database.close();
    },
  };
}
