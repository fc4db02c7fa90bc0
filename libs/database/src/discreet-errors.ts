/** Members of errors that repeat the values of a statement or of rows: TypeORM's parameters, Postgres's details. */
const tellingMembers = ['parameters', 'detail', 'where', 'internalQuery'];
/** Postgres's class of data exceptions, whose messages quote the value at fault. */
const dataException = /^22/;

function strip(error: Error): void {
  for (const name of tellingMembers) Reflect.deleteProperty(error, name);
  if (!('code' in error && typeof error.code === 'string' && dataException.test(error.code))) return;
  const before = error.message;
  // From the first quotation mark to the last: the value may hold some itself.
  error.message = before.replace(/".*"/s, '"…"');
  if (error.stack !== undefined) error.stack = error.stack.replace(before, () => error.message);
}

/**
 * The error of a statement without the values that the statement was given: whoever logs or passes it on shows none of
 * them. What the error is, and what of the schema it concerns, stays.
 */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  strip(error);
  if ('driverError' in error && error.driverError instanceof Error) strip(error.driverError);
  return error;
}

/** Does work with the database; its errors show no values. */
export async function discreetly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withoutValues(error);
  }
}
