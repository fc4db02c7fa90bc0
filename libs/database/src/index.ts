export { anyNumberOf } from './any-number-of.js';
export { type ConnectOptions, Database, type Row, type TextReader, type Transaction } from './database.js';
export { isDatabaseUnavailable } from './database-errors.js';
export type { TextRow } from './row-by-row.js';
