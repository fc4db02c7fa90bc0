export { nodeCopyMigrations } from './migrations.js';
export { type CopyState, type NodeChange, NodeCopies, type NodeCopiesOptions } from './node-copies.js';
