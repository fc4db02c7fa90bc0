import type { Route } from '../route.js';
import { agentRoutes } from './agent-routes.js';
import { allocationRoutes } from './allocation-routes.js';
import { biosRoutes } from './bios-routes.js';
import { chassisRoutes } from './chassis-routes.js';
import { childrenRoutes } from './children-routes.js';
import { conductorRoutes } from './conductor-routes.js';
import { deployTemplateRoutes } from './deploy-template-routes.js';
import { driverRoutes } from './driver-routes.js';
import { eventRoutes } from './event-routes.js';
import { firmwareRoutes } from './firmware-routes.js';
import { historyRoutes } from './history-routes.js';
import { inspectionRuleRoutes } from './inspection-rule-routes.js';
import { inventoryRoutes } from './inventory-routes.js';
import { machineStatesRoutes } from './machine-states-routes.js';
import { maintenanceRoutes } from './maintenance-routes.js';
import { managementRoutes } from './management-routes.js';
import { nodeRoutes } from './node-routes.js';
import { nodeStateRoutes } from './node-state-routes.js';
import { ownRoutes } from './own-routes.js';
import { portRoutes } from './port-routes.js';
import { portgroupRoutes } from './portgroup-routes.js';
import { rootRoutes } from './root-routes.js';
import { runbookRoutes } from './runbook-routes.js';
import { traitRoutes } from './trait-routes.js';
import { vendorRoutes } from './vendor-routes.js';
import { vifRoutes } from './vif-routes.js';
import { virtualMediaRoutes } from './virtual-media-routes.js';
import { volumeConnectorRoutes } from './volume-connector-routes.js';
import { volumeRoutes } from './volume-routes.js';
import { volumeTargetRoutes } from './volume-target-routes.js';
import { workflowRoutes } from './workflow-routes.js';

/** Every route, by noun. */
export const routes: readonly Route[] = [
  ...rootRoutes,
  ...nodeRoutes,
  ...nodeStateRoutes,
  ...machineStatesRoutes,
  ...maintenanceRoutes,
  ...managementRoutes,
  ...vendorRoutes,
  ...traitRoutes,
  ...biosRoutes,
  ...firmwareRoutes,
  ...vifRoutes,
  ...virtualMediaRoutes,
  ...childrenRoutes,
  ...historyRoutes,
  ...inventoryRoutes,
  ...portRoutes,
  ...portgroupRoutes,
  ...chassisRoutes,
  ...volumeRoutes,
  ...volumeConnectorRoutes,
  ...volumeTargetRoutes,
  ...allocationRoutes,
  ...deployTemplateRoutes,
  ...runbookRoutes,
  ...driverRoutes,
  ...conductorRoutes,
  ...agentRoutes,
  ...inspectionRuleRoutes,
  ...eventRoutes,
  ...workflowRoutes,
  ...ownRoutes,
];
