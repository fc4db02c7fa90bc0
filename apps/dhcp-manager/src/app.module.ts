import { Bus, Questions } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { NodeCopies } from '@bessemer/node-copy';
import type { DynamicModule } from '@nestjs/common';
import { AdmissionsQuestions } from './admissions/admissions.questions.js';
import { AdmissionsRepository } from './admissions/admissions.repository.js';
import { type AdmissionsOptions, AdmissionsService, admissionsOptions } from './admissions/admissions.service.js';
import { HealthService } from './health/health.service.js';
import { SegmentManager } from './segments/segment-manager.js';
import { SegmentWatch, type SegmentWatchOptions, segmentWatchOptions } from './segments/segment-watch.js';
import { SegmentsRepository } from './segments/segments.repository.js';

/** What the module is built on, made before it. */
export interface AppParts {
  database: Database;
  bus: Bus;
  questions: Questions;
  copies: NodeCopies;
  segment: SegmentManager;
  segments: SegmentsRepository;
  admissions: AdmissionsOptions;
  watch: SegmentWatchOptions;
}

/** The dhcp-manager's module. */
export class AppModule {}

/** The dhcp-manager's services and repositories on the given parts. */
export function appModule(parts: AppParts): DynamicModule {
  return {
    module: AppModule,
    providers: [
      { provide: Database, useValue: parts.database },
      { provide: Bus, useValue: parts.bus },
      { provide: Questions, useValue: parts.questions },
      { provide: NodeCopies, useValue: parts.copies },
      { provide: SegmentManager, useValue: parts.segment },
      { provide: SegmentsRepository, useValue: parts.segments },
      { provide: admissionsOptions, useValue: parts.admissions },
      { provide: segmentWatchOptions, useValue: parts.watch },
      AdmissionsQuestions,
      AdmissionsRepository,
      AdmissionsService,
      HealthService,
      SegmentWatch,
    ],
  };
}
