import { Bus, Consumers, Outbox, Questions, Relay } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { NodeCopies } from '@bessemer/node-copy';
import { HealthServer, type Logger, NestLogger } from '@bessemer/telemetry';
import { NestFactory } from '@nestjs/core';
import { AdmissionSweep } from './admissions/admission-sweep.js';
import { AdmissionsService } from './admissions/admissions.service.js';
import { appModule } from './app.module.js';
import { HostsFolder } from './dnsmasq/hosts-folder.js';
import { HealthService } from './health/health.service.js';
import { migrations } from './migrations.js';
import { SegmentManager } from './segments/segment-manager.js';
import { SegmentsRepository } from './segments/segments.repository.js';
import type { DhcpManagerSettings } from './settings.js';

/** A running dhcp-manager. */
export interface RunningDhcpManager {
  healthPort: number;
  /** Compares the copy of nodes with the api now. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the dhcp-manager: database, bus, copy of nodes, the segment.
 *
 * @throws what Postgres, NATS or the settings make impossible
 */
export async function startDhcpManager(settings: DhcpManagerSettings, logger: Logger): Promise<RunningDhcpManager> {
  const database = await Database.connect({
    url: settings.databaseUrl,
    schema: 'dhcp',
    applicationName: 'bessemer-dhcp-manager',
    migrations,
  });
  const bus = await Bus.connect({
    servers: settings.natsUrl,
    user: settings.natsUser || undefined,
    password: settings.natsPassword || undefined,
    name: 'bessemer-dhcp-manager',
    logger,
  });
  const relay = new Relay({ database, bus, logger });
  const consumers = new Consumers(bus, logger);
  const questions = new Questions(bus, logger);
  let onNodesChanged = (): void => undefined;
  const copies = new NodeCopies({
    service: 'dhcp',
    database,
    consumers,
    questions,
    logger,
    sweepMs: settings.nodeSweepMs,
    isForTasks: true,
    onChange: async (_changes, tx) => tx.afterCommit(() => onNodesChanged()),
  });
  const segments = new SegmentsRepository(database);
  const segment = new SegmentManager({
    name: settings.segment,
    hosts: settings.hostsdir === '' ? null : new HostsFolder(settings.hostsdir),
    log: settings.dnsmasqLog === '' ? null : settings.dnsmasqLog,
    database,
    segments,
    outbox: new Outbox('bessemer/dhcp-manager'),
    logger,
    sweepMs: settings.sweepMs,
  });
  await relay.start();
  // Before questions are answered, which wait for what it reports.
  await segment.start();
  const { answerWaitMs, clockMarginMs, segmentTimeoutMs, sweepMs } = settings;
  const application = await NestFactory.createApplicationContext(
    appModule({
      database,
      bus,
      questions,
      copies,
      segment,
      segments,
      admissions: { answerWaitMs, clockMarginMs, logger },
      watch: { segmentTimeoutMs, sweepMs },
    }),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  const sweep = new AdmissionSweep(application.get(AdmissionsService), { sweepMs, logger });
  onNodesChanged = () => void sweep.wake();
  await copies.start();
  sweep.start();
  const healthService = application.get(HealthService);
  const health = await HealthServer.start(settings.healthPort, () => healthService.check());
  logger.info({ ...segment.state(), healthPort: health.port }, 'dhcp-manager is ready');
  return {
    healthPort: health.port,
    refresh: () => copies.refresh(),
    stop: async () => {
      await health.stop();
      await questions.stop();
      await copies.stop();
      await consumers.stop();
      await sweep.stop();
      await segment.stop();
      await application.close();
      await relay.stop();
      await bus.close();
      await database.close();
    },
  };
}
