import 'reflect-metadata';
import { BessemerError, type ErrorCode } from '@bessemer/errors';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';

/** What is wrong with a message: the path of the first field at fault and a sentence. */
export interface Fault {
  field: string;
  message: string;
}

/**
 * The plain object as an instance of the class, checked by the class's own rules. Fields that the class does not know are kept:
 * a newer sender may add some.
 *
 * @throws BessemerError with the given code and the path of the field at fault
 */
export function parseMessage<T extends object>(type: new () => T, plain: unknown, code: ErrorCode): T {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw new BessemerError(code, `${type.name} is to be a JSON object.`);
  }
  const instance = plainToInstance(type, plain);
  assertValid(instance, code);
  return instance;
}

/** Checks an instance by the rules of its class; a plain object has none. Throws as {@link parseMessage} does. */
export function assertValid(instance: object, code: ErrorCode): void {
  if (instance.constructor === Object) return;
  const [error] = validateSync(instance, { forbidUnknownValues: false });
  if (!error) return;
  const fault = firstFault(error, '');
  throw new BessemerError(code, `${instance.constructor.name} is not valid: ${fault.message}.`, { field: fault.field });
}

function firstFault(error: ValidationError, path: string): Fault {
  const field = path === '' ? error.property : `${path}.${error.property}`;
  const child = error.children?.[0];
  if (child && !error.constraints) return firstFault(child, field);
  const message = Object.values(error.constraints ?? {})[0] ?? `${field} is not valid`;
  return { field, message };
}
