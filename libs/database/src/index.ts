export { type ConnectOptions, Database, type Row, type TextReader, type Transaction } from './database.js';
export { isDatabaseUnavailable } from './database-errors.js';
export type { TextRow } from './row-by-row.js';
