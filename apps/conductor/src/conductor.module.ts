import { Bus, busMigrations, Consumers, Outbox, Questions, Relay } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import type { SealingKey } from '@bessemer/secrets';
import type { Logger } from '@bessemer/telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { Announcer } from './announcements/announcer.js';
import { BlobFetcher } from './blobs/blob-fetcher.js';
import { BorrowedNodes } from './borrowed-nodes/borrowed-nodes.js';
import { Conductor } from './conductor.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { Beginning } from './executor/beginning.js';
import { ChildSteps } from './executor/child-steps.js';
import { Executor } from './executor/executor.js';
import { Resumption } from './executor/resumption.js';
import { Settlement } from './executor/settlement.js';
import { StepCalls } from './executor/step-calls.js';
import { StepContexts } from './executor/step-contexts.js';
import type { TaskRun } from './executor/task-run.js';
import { TaskRuns } from './executor/task-runs.js';
import type { HardwareCatalogue } from './hardware/hardware-catalogue.js';
import { SecretsOpener } from './hardware/opened-node.js';
import { Health } from './health/health.js';
import { InventoryStore } from './inventories/inventory-store.js';
import { Journal } from './journal/journal.js';
import { Leases } from './leases/leases.js';
import { agentTimeoutOf, flowPolicyOf, timeoutsOf } from './policy.js';
import { CallContexts } from './questions/call-contexts.js';
import { CallsService } from './questions/calls.service.js';
import { QuestionsHandlers } from './questions/questions.handlers.js';
import { Stall } from './questions/stall.js';
import { VerdictsService } from './questions/verdicts.service.js';
import type { ConductorSettings } from './settings.js';
import { taskMigrations } from './tasks/migrations.js';
import { TasksHandlers } from './tasks/tasks.handlers.js';
import { type Claimant, TasksRepository } from './tasks/tasks.repository.js';
import { TasksService } from './tasks/tasks.service.js';

/** What a conductor is made of that its environment does not say. */
export interface ConductorOptions {
  settings: ConductorSettings;
  catalogue: HardwareCatalogue;
  /** The keys that open sealed secrets; the first one is announced. */
  sealingKeys: readonly [SealingKey, ...SealingKey[]];
  logger: Logger;
}

const now = (): Date => new Date();
/** A stopped process must not keep a row locked for longer than its lease would last. */
const idleInTransactionMs = 4000;

/** The conductor as a NestJS application context: no HTTP but /health. */
@Module({})
export class ConductorModule {}

/** The module of one conductor. Its parts are made once Postgres and NATS answer. */
export function conductorModule(options: ConductorOptions): DynamicModule {
  return {
    module: ConductorModule,
    providers: [
      { provide: Database, useFactory: () => connectDatabase(options.settings) },
      { provide: Bus, useFactory: () => connectBus(options) },
      {
        provide: Conductor,
        inject: [Database, Bus],
        useFactory: (database: Database, bus: Bus) => compose(options, database, bus),
      },
    ],
  };
}

function connectDatabase({ databaseUrl, host }: ConductorSettings): Promise<Database> {
  const url = new URL(databaseUrl);
  url.searchParams.set('idle_in_transaction_session_timeout', String(idleInTransactionMs));
  return Database.connect({
    url: url.toString(),
    schema: 'conductor',
    applicationName: `bessemer-conductor-${host}`,
    migrations: [...busMigrations, ...taskMigrations],
    poolSize: 20,
  });
}

function connectBus({ settings, logger }: ConductorOptions): Promise<Bus> {
  return Bus.connect({
    servers: settings.natsUrl,
    ...(settings.natsUser === '' ? {} : { user: settings.natsUser, password: settings.natsPassword }),
    name: `bessemer-conductor-${settings.host}`,
    logger,
  });
}

function compose(options: ConductorOptions, database: Database, bus: Bus): Conductor {
  const { settings, catalogue, sealingKeys, logger } = options;
  const claimant: Claimant = { host: settings.host, group: settings.group, hardwareTypes: [...catalogue.names] };
  const outbox = new Outbox('bessemer/conductor');
  const questions = new Questions(bus, logger);
  const opener = new SecretsOpener(sealingKeys);
  const repository = new TasksRepository(database);
  const service = new TasksService(repository, outbox, settings.host, now);
  const journal = new Journal(database, outbox, settings.host, now);
  const leases = new Leases(database, settings.databaseUrl, logger);
  const executor = composeExecutor(options, { repository, journal, leases, questions, opener });
  const runs = new TaskRuns(repository, journal, catalogue, opener, flowPolicyOf(settings));
  const dispatcher = new Dispatcher(
    database,
    repository,
    service,
    leases,
    runs,
    executor,
    claimant,
    settings.concurrentTasks,
    logger,
  );
  const contexts = new CallContexts(catalogue, opener, now);
  const verdicts = new VerdictsService(contexts, settings.host);
  const parts = {
    database,
    bus,
    leases,
    dispatcher,
    catalogue,
    relay: new Relay({ database, bus, logger }),
    tasks: new TasksHandlers(new Consumers(bus, logger), database, service, outbox, claimant, () => dispatcher.wake()),
    questions: new QuestionsHandlers(questions, verdicts, new CallsService(contexts), service, new Stall(), claimant),
    announcer: new Announcer(database, outbox, catalogue, claimant, sealingKeys[0], logger),
    health: new Health(database, bus, settings.host, () => dispatcher.load),
  };
  return new Conductor(parts, logger);
}

interface ExecutorParts {
  repository: TasksRepository;
  journal: Journal;
  leases: Leases;
  questions: Questions;
  opener: SecretsOpener;
}

function composeExecutor({ settings, catalogue, logger }: ConductorOptions, parts: ExecutorParts): Executor {
  const { repository, journal } = parts;
  const timeouts = timeoutsOf(settings);
  const resumption = new Resumption(parts.questions, journal, settings.host);
  const borrowedNodes = new BorrowedNodes(
    parts.questions,
    parts.leases,
    resumption,
    journal,
    parts.opener,
    catalogue,
    settings.host,
  );
  const contexts = new StepContexts({
    ...parts,
    resumption,
    borrowedNodes,
    blobs: new BlobFetcher([settings.publicUrl, settings.inspectorUrl], settings.internalToken),
    inventories: new InventoryStore(settings.inspectorUrl, settings.internalToken),
    endpoints: {
      api: settings.publicUrl,
      inspectionCallback: `${settings.publicUrl}/v1/continue_inspection`,
    },
    timeouts,
    now,
  });
  const calls = new StepCalls(contexts, new ChildSteps(borrowedNodes, contexts), logger);
  const waitSeconds = ({ task }: TaskRun) => agentTimeoutOf(timeouts, task.kind);
  const settlement = new Settlement(journal, resumption, now, waitSeconds, settings.lockedNodeTimeout);
  const beginning = new Beginning(repository, journal, calls, settlement, settings.host, logger);
  return new Executor(beginning, calls, settlement, journal, logger);
}
