export { anyNumberOf } from './any-number-of.js';
export { type ConnectOptions, Database, type Row, type TextReader } from './database.js';
export { isDatabaseUnavailable } from './database-errors.js';
export type { TextRow } from './row-by-row.js';
export type { Transaction } from './transaction.js';
