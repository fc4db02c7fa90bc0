import { Bus, Consumers, Outbox, Questions } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import type { SealingPublicKey } from '@bessemer/secrets';
import type { Logger } from '@bessemer/telemetry';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { AllocationMatcher } from './allocations/allocation-matcher.js';
import { AllocationsController } from './allocations/allocations.controller.js';
import { AllocationsRepository } from './allocations/allocations.repository.js';
import { AllocationsService } from './allocations/allocations.service.js';
import { BiosController } from './bios/bios.controller.js';
import { BiosRepository } from './bios/bios.repository.js';
import { BiosService } from './bios/bios.service.js';
import { AwaitedNodes } from './borrowed-nodes/awaited-nodes.js';
import { BorrowedNodesRepository } from './borrowed-nodes/borrowed-nodes.repository.js';
import { BorrowedNodesService } from './borrowed-nodes/borrowed-nodes.service.js';
import { ChassisController } from './chassis/chassis.controller.js';
import { ChassisRepository } from './chassis/chassis.repository.js';
import { ChassisService } from './chassis/chassis.service.js';
import { ChildrenController } from './children/children.controller.js';
import { ChildrenRepository } from './children/children.repository.js';
import { ChildrenService } from './children/children.service.js';
import { ConductorsController } from './conductors/conductors.controller.js';
import { ConductorsRepository } from './conductors/conductors.repository.js';
import { ConductorsService } from './conductors/conductors.service.js';
import { DeployTemplatesController } from './deploy-templates/deploy-templates.controller.js';
import { DeployTemplatesRepository } from './deploy-templates/deploy-templates.repository.js';
import { DeployTemplatesService } from './deploy-templates/deploy-templates.service.js';
import { DriverQuestions } from './drivers/driver-questions.js';
import { DriversController } from './drivers/drivers.controller.js';
import { DriversService } from './drivers/drivers.service.js';
import { HardwareTypes } from './drivers/hardware-types.js';
import { EventStream } from './events/event-stream.js';
import { EVENT_KEEP_ALIVE_MS, EventsController } from './events/events.controller.js';
import { FirmwareController } from './firmware/firmware.controller.js';
import { FirmwareRepository } from './firmware/firmware.repository.js';
import { FirmwareService } from './firmware/firmware.service.js';
import { HEALTHCHECK, HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.server.js';
import { HeartbeatController } from './heartbeat/heartbeat.controller.js';
import { HeartbeatRepository } from './heartbeat/heartbeat.repository.js';
import { AGENT_REQUIRE_TLS, HeartbeatService } from './heartbeat/heartbeat.service.js';
import { HeartbeatSignals } from './heartbeat/heartbeat-signals.js';
import { HistoryController } from './history/history.controller.js';
import { HistoryRepository } from './history/history.repository.js';
import { HistoryService } from './history/history.service.js';
import { Retention } from './history/retention.js';
import { LOGGER } from './http/tokens.js';
import { InspectionController } from './inspection/inspection.controller.js';
import { InspectionService } from './inspection/inspection.service.js';
import { INSPECTOR_ENDPOINT, InspectorClient } from './inspection/inspector.client.js';
import { InspectionRulesController } from './inspection-rules/inspection-rules.controller.js';
import { InspectionRulesService } from './inspection-rules/inspection-rules.service.js';
import { InspectorRules } from './inspection-rules/inspector-rules.js';
import { LookupController } from './lookup/lookup.controller.js';
import { LookupRepository } from './lookup/lookup.repository.js';
import { LookupService } from './lookup/lookup.service.js';
import { MaintenanceController } from './maintenance/maintenance.controller.js';
import { MaintenanceService } from './maintenance/maintenance.service.js';
import { CallsService } from './management/calls.service.js';
import { MachineStatesController } from './management/machine-states.controller.js';
import { ManagementController } from './management/management.controller.js';
import { NodeChanges } from './nodes/node-changes.js';
import { NodeEvents } from './nodes/node-events.js';
import { NodeExplainController } from './nodes/node-explain.controller.js';
import { NodeExplainRepository } from './nodes/node-explain.repository.js';
import { NodeExplainService } from './nodes/node-explain.service.js';
import { LOCK_WAIT_MS, NodeGate } from './nodes/node-gate.js';
import { NodeListService } from './nodes/node-list.service.js';
import { NodeLookup } from './nodes/node-lookup.js';
import { NodePatchService } from './nodes/node-patch.service.js';
import { NodeReleases } from './nodes/node-releases.js';
import { NodeSearchController } from './nodes/node-search.controller.js';
import { NodeSearchRepository } from './nodes/node-search.repository.js';
import { NodeSearchService } from './nodes/node-search.service.js';
import { NodeSecrets, SEALING_KEY } from './nodes/node-secrets.js';
import { NodeTransitions } from './nodes/node-transitions.js';
import { NodeVerdictsController } from './nodes/node-verdicts.controller.js';
import { NodeViews } from './nodes/node-views.js';
import { NodesController } from './nodes/nodes.controller.js';
import { NodesRepository } from './nodes/nodes.repository.js';
import { NodesService } from './nodes/nodes.service.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { PortgroupListService } from './portgroups/portgroup-list.service.js';
import { PortgroupLookup } from './portgroups/portgroup-lookup.js';
import { PortgroupsController } from './portgroups/portgroups.controller.js';
import { PortgroupsRepository } from './portgroups/portgroups.repository.js';
import { PortgroupsService } from './portgroups/portgroups.service.js';
import { OwnerChange } from './ports/owner-change.js';
import { PortListService } from './ports/port-list.service.js';
import { PortMembership } from './ports/port-membership.js';
import { PortsController } from './ports/ports.controller.js';
import { PortsRepository } from './ports/ports.repository.js';
import { PortsService } from './ports/ports.service.js';
import { PowerController } from './power/power.controller.js';
import { PowerService } from './power/power.service.js';
import { ConfigDrivesController } from './provision/config-drives.controller.js';
import { ConfigDrivesRepository, INTERNAL_URL } from './provision/config-drives.repository.js';
import { ConfigDrivesService, INTERNAL_TOKEN } from './provision/config-drives.service.js';
import { InstanceArguments } from './provision/instance-arguments.js';
import { ProvisionController } from './provision/provision.controller.js';
import { ProvisionService } from './provision/provision.service.js';
import { StepSecrets } from './provision/step-secrets.js';
import { WantedSteps } from './provision/wanted-steps.js';
import { RecordEvents } from './records/record-events.js';
import { RootController } from './root/root.controller.js';
import { RunbookTraitsController } from './runbooks/runbook-traits.controller.js';
import { RunbooksController } from './runbooks/runbooks.controller.js';
import { RunbooksRepository } from './runbooks/runbooks.repository.js';
import { RunbooksService } from './runbooks/runbooks.service.js';
import { BusHandlers } from './tasks/bus-handlers.js';
import { ParkedEventsRepository } from './tasks/parked-events.repository.js';
import { PatchService } from './tasks/patch.service.js';
import { PortPatchService } from './tasks/port-patch.service.js';
import { PowerReports } from './tasks/power-reports.js';
import { TaskEventsService } from './tasks/task-events.service.js';
import { TaskQuestionsService } from './tasks/task-questions.service.js';
import { TaskReports } from './tasks/task-reports.js';
import { TaskStart } from './tasks/task-start.js';
import { TraitsController } from './traits/traits.controller.js';
import { TraitsRepository } from './traits/traits.repository.js';
import { TraitsService } from './traits/traits.service.js';
import { VendorController } from './vendor/vendor.controller.js';
import { VendorService } from './vendor/vendor.service.js';
import { VifsController } from './vifs/vifs.controller.js';
import { VifsRepository } from './vifs/vifs.repository.js';
import { VifsService } from './vifs/vifs.service.js';
import { VirtualMediaController } from './virtual-media/virtual-media.controller.js';
import { VirtualMediaService } from './virtual-media/virtual-media.service.js';
import { VolumeController } from './volume/volume.controller.js';
import { VolumeServices } from './volume/volume-records.js';
import { VolumeConnectorsController } from './volume-connectors/volume-connectors.controller.js';
import { VolumeConnectorsRepository } from './volume-connectors/volume-connectors.repository.js';
import { VolumeConnectorsService } from './volume-connectors/volume-connectors.service.js';
import { VolumeTargetsController } from './volume-targets/volume-targets.controller.js';
import { VolumeTargetsRepository } from './volume-targets/volume-targets.repository.js';
import { VolumeTargetsService } from './volume-targets/volume-targets.service.js';
import { WorkflowImportService } from './workflows/workflow-import.service.js';
import { WorkflowsController } from './workflows/workflows.controller.js';
import { WorkflowsHandlers } from './workflows/workflows.handlers.js';
import { WorkflowsRepository } from './workflows/workflows.repository.js';
import { WorkflowsService } from './workflows/workflows.service.js';

/** What the module is built on; made in main.ts, or by a test. */
export interface Infrastructure {
  readonly database: Database;
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly consumers: Consumers;
  readonly questions: Questions;
  readonly releases: NodeReleases;
  readonly logger: Logger;
  readonly sealingKey: SealingPublicKey;
  readonly inspector: { readonly url: string; readonly token: string };
  readonly agentRequireTls: boolean;
  readonly healthcheck: boolean;
  readonly lockWaitMs: number;
  readonly eventKeepAliveMs: number;
  /** The base URL at which other services reach the api. */
  readonly internalUrl: () => string;
}

const infrastructure = (given: Infrastructure): Provider[] => [
  { provide: Database, useValue: given.database },
  { provide: Bus, useValue: given.bus },
  { provide: Outbox, useValue: given.outbox },
  { provide: Consumers, useValue: given.consumers },
  { provide: Questions, useValue: given.questions },
  { provide: NodeReleases, useValue: given.releases },
  { provide: LOGGER, useValue: given.logger },
  { provide: SEALING_KEY, useValue: given.sealingKey },
  { provide: INSPECTOR_ENDPOINT, useValue: given.inspector },
  { provide: INTERNAL_TOKEN, useValue: given.inspector.token },
  { provide: INTERNAL_URL, useValue: given.internalUrl },
  { provide: AGENT_REQUIRE_TLS, useValue: given.agentRequireTls },
  { provide: HEALTHCHECK, useValue: given.healthcheck },
  { provide: LOCK_WAIT_MS, useValue: given.lockWaitMs },
  { provide: EVENT_KEEP_ALIVE_MS, useValue: given.eventKeepAliveMs },
];

const repositories = [
  NodeViews,
  NodesRepository,
  NodeExplainRepository,
  NodeSearchRepository,
  PortsRepository,
  PortgroupsRepository,
  TraitsRepository,
  BiosRepository,
  BorrowedNodesRepository,
  ChildrenRepository,
  FirmwareRepository,
  VifsRepository,
  HistoryRepository,
  AllocationsRepository,
  ConductorsRepository,
  ParkedEventsRepository,
  ConfigDrivesRepository,
  LookupRepository,
  WorkflowsRepository,
  DeployTemplatesRepository,
  RunbooksRepository,
  ChassisRepository,
  VolumeConnectorsRepository,
  VolumeTargetsRepository,
];

const services = [
  InspectionRulesService,
  InspectorRules,
  DeployTemplatesService,
  RunbooksService,
  StepSecrets,
  WantedSteps,
  ChassisService,
  VolumeConnectorsService,
  VolumeServices,
  VolumeTargetsService,
  Retention,
  VendorService,
  ConfigDrivesService,
  InspectionService,
  HistoryService,
  ConductorsService,
  BiosService,
  AwaitedNodes,
  BorrowedNodesService,
  ChildrenService,
  FirmwareService,
  VifsService,
  VirtualMediaService,
  AllocationMatcher,
  AllocationsService,
  BusHandlers,
  CallsService,
  DriverQuestions,
  DriversService,
  EventStream,
  HardwareTypes,
  HealthService,
  HeartbeatRepository,
  HeartbeatService,
  HeartbeatSignals,
  InspectorClient,
  InstanceArguments,
  LookupService,
  MaintenanceService,
  NodeChanges,
  NodeEvents,
  NodeExplainService,
  NodeSearchService,
  NodeGate,
  NodeListService,
  NodeLookup,
  NodePatchService,
  NodeSecrets,
  NodeTransitions,
  NodesService,
  PatchService,
  PortPatchService,
  OwnerChange,
  PortListService,
  PortMembership,
  PortgroupListService,
  PortgroupLookup,
  PortgroupsService,
  PortsService,
  PowerReports,
  PowerService,
  ProvisionService,
  RecordEvents,
  TaskEventsService,
  TaskQuestionsService,
  TaskReports,
  TaskStart,
  TraitsService,
  WorkflowImportService,
  WorkflowsHandlers,
  WorkflowsService,
];

/** The api: every noun of it. */
@Module({})
export class AppModule {}

/** The module on the given infrastructure. */
export function appModule(given: Infrastructure): DynamicModule {
  return {
    module: AppModule,
    controllers: [
      RootController,
      OpenApiController,
      HealthController,
      NodeVerdictsController,
      NodesController,
      NodeExplainController,
      NodeSearchController,
      ProvisionController,
      PowerController,
      MaintenanceController,
      TraitsController,
      BiosController,
      FirmwareController,
      ChildrenController,
      VifsController,
      VirtualMediaController,
      HistoryController,
      ManagementController,
      VendorController,
      MachineStatesController,
      PortsController,
      PortgroupsController,
      ChassisController,
      VolumeConnectorsController,
      VolumeTargetsController,
      VolumeController,
      AllocationsController,
      DeployTemplatesController,
      RunbooksController,
      RunbookTraitsController,
      DriversController,
      ConductorsController,
      LookupController,
      HeartbeatController,
      InspectionController,
      InspectionRulesController,
      EventsController,
      WorkflowsController,
      ConfigDrivesController,
    ],
    providers: [...infrastructure(given), ...repositories, ...services],
  };
}
