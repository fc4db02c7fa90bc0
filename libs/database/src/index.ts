export { type ConnectOptions, Database, type Row, type TextRow, type Transaction } from './database.js';
export { isDatabaseUnavailable } from './database-errors.js';
