/** A conductor that runs inside another process, for tests. */
export type { ConductorOptions } from './conductor.module.js';
export type { HardwareCatalogue } from './hardware/hardware-catalogue.js';
export { type ConductorSettings, conductorSettings } from './settings.js';
export { type StartedConductor, startConductor } from './start.js';
