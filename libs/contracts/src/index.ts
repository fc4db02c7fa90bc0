import 'reflect-metadata';

export * from './catalogue.js';
export * from './chassis-events.js';
export * from './commands.js';
export * from './conductor-events.js';
export * from './dhcp-events.js';
export * from './ids.js';
export * from './inspection.js';
export * from './inspection-rules.js';
export * from './json.js';
export * from './node-events.js';
export * from './node-record.js';
export * from './patch.js';
export * from './questions.js';
export * from './subjects.js';
export * from './task-events.js';
export * from './volume-events.js';
export * from './workflow-events.js';
