import { BessemerError } from '@bessemer/errors';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';

function firstProblem(errors: readonly ValidationError[], path: string): { field: string; reason: string } {
  for (const error of errors) {
    const field = path === '' ? error.property : `${path}.${error.property}`;
    if (error.children !== undefined && error.children.length > 0) return firstProblem(error.children, field);
    const [reason] = Object.values(error.constraints ?? {});
    return { field, reason: reason ?? 'is not valid' };
  }
  return { field: path, reason: 'is not valid' };
}

/**
 * A value as an instance of a class with class-validator's decorators; unknown properties are refused.
 *
 * @param noun how an error names the whole
 * @throws `invalid`, naming the field
 */
export function readDto<T extends object>(type: ClassConstructor<T>, value: unknown, noun: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BessemerError('invalid', `Invalid ${noun}: it is not an object.`, { field: noun });
  const instance = plainToInstance(type, value);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
  if (errors.length === 0) return instance;
  const { field, reason } = firstProblem(errors, '');
  throw new BessemerError('invalid', `Invalid ${noun}: ${field}: ${reason}`, { field });
}
