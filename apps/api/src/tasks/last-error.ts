/** What `last_error` says: what went wrong and, where it is known, what can be done about it. History tells the first alone. */
export const withRemedy = (error: string, remedy: string | undefined): string =>
  remedy === undefined ? error : `${error} ${remedy}`;
