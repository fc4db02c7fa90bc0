/**
 * A list that a prepared statement is given, hidden from the planner. A statement for a few values seems cheaper than one
 * for any number of them, so that Postgres would plan it each time, at twice the cost of running it; like this it keeps
 * one plan.
 *
 * @param placeholder of the parameter, for example `$1`
 * @param type of the list, for example `uuid[]`
 */
export const anyNumberOf = (placeholder: string, type: string): string => `(SELECT ${placeholder}::${type})::${type}`;
