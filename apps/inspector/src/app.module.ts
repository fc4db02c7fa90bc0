import { Bus, Outbox, Questions } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { NodeCopies } from '@bessemer/node-copy';
import type { DynamicModule } from '@nestjs/common';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { HookChain } from './hooks/hook-chain.js';
import { BearerGuard, internalToken } from './http/bearer.guard.js';
import { RootController } from './http/root.controller.js';
import { InternalController } from './introspections/internal.controller.js';
import { IntrospectionsController } from './introspections/introspections.controller.js';
import { IntrospectionsRepository } from './introspections/introspections.repository.js';
import {
  type IntrospectionsOptions,
  IntrospectionsService,
  introspectionsOptions,
} from './introspections/introspections.service.js';
import { Processor } from './introspections/processor.js';
import { LookupService } from './lookup/lookup.service.js';
import { MachineFields } from './machines/machine-fields.js';
import { MachinesRepository } from './machines/machines.repository.js';
import { ApiCaller } from './rules/api-caller.js';
import { RulesController } from './rules/rules.controller.js';
import { RulesQuestions } from './rules/rules.questions.js';
import { RulesRepository } from './rules/rules.repository.js';
import { RulesService } from './rules/rules.service.js';

/** What the module is built on, made before it. */
export interface AppParts {
  database: Database;
  bus: Bus;
  questions: Questions;
  outbox: Outbox;
  copies: NodeCopies;
  hooks: HookChain;
  caller: ApiCaller;
  token: string;
  introspections: IntrospectionsOptions;
}

/** The inspector's module. */
export class AppModule {}

/** The inspector's controllers, services and repositories on the given parts. */
export function appModule(parts: AppParts): DynamicModule {
  return {
    module: AppModule,
    controllers: [RootController, HealthController, IntrospectionsController, RulesController, InternalController],
    providers: [
      { provide: Database, useValue: parts.database },
      { provide: Bus, useValue: parts.bus },
      { provide: Questions, useValue: parts.questions },
      { provide: Outbox, useValue: parts.outbox },
      { provide: NodeCopies, useValue: parts.copies },
      { provide: HookChain, useValue: parts.hooks },
      { provide: ApiCaller, useValue: parts.caller },
      { provide: internalToken, useValue: parts.token },
      { provide: introspectionsOptions, useValue: parts.introspections },
      BearerGuard,
      HealthService,
      IntrospectionsRepository,
      IntrospectionsService,
      LookupService,
      MachineFields,
      MachinesRepository,
      Processor,
      RulesQuestions,
      RulesRepository,
      RulesService,
    ],
  };
}
