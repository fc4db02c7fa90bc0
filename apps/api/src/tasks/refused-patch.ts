import type { FieldOperation } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';

/** A value that a task reported, or an inspection rule set, and that the record does not take. */
export class RefusedPatchError extends BessemerError {
  constructor(operation: Pick<FieldOperation, 'path' | 'rule'>, reason: string) {
    const rule = operation.rule === undefined ? '' : ` set by the inspection rule ${operation.rule}`;
    super('invalid', `The value of ${operation.path}${rule} was refused: ${reason}`, { field: operation.path });
  }

  /** What another error says of the operation; itself when it is such a refusal already. */
  static of(operation: Pick<FieldOperation, 'path' | 'rule'>, error: unknown): RefusedPatchError {
    if (error instanceof RefusedPatchError) return error;
    return new RefusedPatchError(operation, error instanceof Error ? error.message : String(error));
  }
}

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The keys of an operation's path.
 *
 * @throws `invalid` for one that means something to JavaScript's objects
 */
export function keysOfPath(path: string): string[] {
  const keys = path.slice(1).split('/');
  if (keys.some((key) => forbiddenKeys.has(key)))
    throw new BessemerError('invalid', 'the key is not allowed', { field: path });
  return keys;
}
