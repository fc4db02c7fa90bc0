import { BessemerError } from '@bessemer/errors';
import type { RecordValues } from './record-body.js';
import { duplicateIn } from './write.js';

/**
 * Does work that may give two records the same UUID or name.
 *
 * @param noun how the error names the record, for example `deploy template`
 * @param values what was given or made of it, asked for when the work was refused
 * @throws `conflict`, naming the value that is taken
 */
export async function refusingDuplicates<T>(
  noun: string,
  values: () => RecordValues,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const constraint = duplicateIn(error);
    if (constraint === undefined) throw error;
    const field = constraint.includes('name') ? 'name' : 'uuid';
    const what = field === 'name' ? 'name' : 'UUID';
    throw new BessemerError('conflict', `A ${noun} with ${what} ${String(values()[field])} already exists.`, { field });
  }
}
