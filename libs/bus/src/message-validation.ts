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
  const instance = instanceOf(type, plain);
  assertValid(instance, code);
  return instance;
}

/**
 * The plain object as an instance of the class, unchecked. Whatever it holds below the fields of the class stays, but for
 * keys `constructor` and `__proto__`: data of any origin may have them, and what makes instances fails on them.
 */
export function instanceOf<T extends object>(type: new () => T, plain: object): T {
  return plainToInstance(type, holdsConstructor(plain) ? withoutConstructors(plain) : plain);
}

const prototypeKeys = new Set(['constructor', '__proto__']);

const holdsConstructor = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, 'constructor') || Object.values(value).some(holdsConstructor));

function withoutConstructors<V>(value: V): V;
function withoutConstructors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutConstructors(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !prototypeKeys.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutConstructors(item)]));
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
