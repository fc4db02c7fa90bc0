import 'reflect-metadata';
import { type MessageClass, nestedClasses } from '@bessemer/contracts';
import { BessemerError, type ErrorCode } from '@bessemer/errors';
import { type ValidationError, validateSync } from 'class-validator';
import { rememberRules } from './validation-rules.js';

rememberRules();

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
 * The plain object as an instance of the class, unchecked, with instances in it where the class says so by `@Type`; other data is
 * taken as it is. Keys `constructor` and `__proto__` are left out wherever they are: data of any origin may have them, and an instance
 * with them is none of its class.
 */
export function instanceOf<T extends object>(type: new () => T, plain: object): T {
  return filledInstance(type, holdsConstructor(plain) ? withoutConstructors(plain) : plain);
}

// class-transformer, whose decorators these are, would copy all data below, which takes ten times as long.
function filledInstance<T extends object>(type: new () => T, plain: object): T {
  const instance = new type();
  const classes = classesIn(type);
  for (const [field, value] of Object.entries(plain)) {
    const nested = classes.get(field);
    Reflect.set(instance, field, nested === undefined ? value : instancesOf(nested, value));
  }
  return instance;
}

function instancesOf(type: MessageClass, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => instancesOf(type, item));
  return typeof value === 'object' && value !== null ? filledInstance(type, value) : value;
}

const knownClasses = new WeakMap<MessageClass, ReadonlyMap<string, MessageClass>>();

function classesIn(type: MessageClass): ReadonlyMap<string, MessageClass> {
  const known = knownClasses.get(type) ?? nestedClasses(type);
  knownClasses.set(type, known);
  return known;
}

const prototypeKeys = new Set(['constructor', '__proto__']);

const holdsConstructor = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, 'constructor') ||
    Object.hasOwn(value, '__proto__') ||
    Object.values(value).some(holdsConstructor));

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
