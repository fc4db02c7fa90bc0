import type { TaskKind } from '@bessemer/contracts';
import { adoptFlow } from './adopt.js';
import { cleanFlow } from './clean.js';
import { deployFlow } from './deploy.js';
import type { Flow } from './flow.js';
import { inspectFlow } from './inspect.js';
import { powerFlow } from './power.js';
import { rescueFlow } from './rescue.js';
import { serviceFlow } from './service.js';
import { undeployFlow } from './undeploy.js';
import { unrescueFlow } from './unrescue.js';
import { verifyFlow } from './verify.js';

/** How each kind of task is done. */
export const flows: Readonly<Record<TaskKind, Flow>> = {
  verify: verifyFlow,
  inspect: inspectFlow,
  clean: cleanFlow,
  deploy: deployFlow,
  undeploy: undeployFlow,
  adopt: adoptFlow,
  rescue: rescueFlow,
  unrescue: unrescueFlow,
  service: serviceFlow,
  power: powerFlow,
};
