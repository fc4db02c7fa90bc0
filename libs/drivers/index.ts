export * from './core/context.js';
export * from './core/hardware-type.js';
export * from './core/interfaces.js';
export * from './core/outcome.js';
export * from './core/step.js';
