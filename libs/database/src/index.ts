export { type ConnectOptions, Database, type Row, type TextRows, type Transaction } from './database.js';
export { isDatabaseUnavailable } from './database-errors.js';
