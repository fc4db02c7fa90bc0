/** Postgres's classes and codes of failures that say nothing about the statement: trying again later may help. */
const transientCode = /^(08...|53...|57P0[1-5]|57014|40001|40P01|55P03|25006)$/;
const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
const connectionMessage =
  /connection terminated|connection ended|timeout expired|timeout exceeded when trying to connect|not queryable|client has encountered a connection error|not connected|is not established|was closed|already released/i;

/**
 * Whether an error means that the database was away, overloaded or in conflict with another transaction, as opposed to
 * a statement that would fail again.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (transientCode.test(code) || connectionCodes.has(code)) return true;
  const fromDriver = 'driverError' in error ? error.driverError : undefined;
  if (fromDriver !== error && isDatabaseUnavailable(fromDriver)) return true;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  return code === '' && isFromDriver(error) && connectionMessage.test(error.message);
}

/** Plain errors of pg and TypeORM's own; an error of a handler with such words in it is not one of these. */
function isFromDriver(error: Error): boolean {
  return error.constructor === Error || /^(TypeORMError|QueryFailedError|.*Connect.*|QueryRunner.*)$/.test(error.name);
}
