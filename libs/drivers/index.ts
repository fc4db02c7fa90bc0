export * from './core/context.js';
export { readBoolean } from './core/driver-info.js';
export * from './core/hardware-type.js';
export * from './core/interfaces.js';
export { readMachineFacts } from './core/machine-facts.js';
export * from './core/outcome.js';
export {
  automatedSteps,
  availableSteps,
  deploySteps,
  findStep,
  type OfferedStep,
  type PlannedKind,
  type RequestOptions,
  requestedSteps,
} from './core/plan.js';
export * from './core/step.js';
export type { CatalogueOptions } from './hardware-types/catalogue.js';
export {
  createHardwareTypes,
  type HardwareTypeDetails,
  HardwareTypes,
  type HardwareTypesOptions,
  type NodeInterfaces,
} from './hardware-types/hardware-types.js';
