import type { Json, JsonObject, PropertyDeclaration } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';

/** A property as an implementation declares it: an optional, open text unless said otherwise. */
export function property(
  name: string,
  help: string,
  options: Partial<Pick<PropertyDeclaration, 'type' | 'secret' | 'required'>> = {},
): PropertyDeclaration {
  return { name, help, type: 'string', secret: false, required: false, ...options };
}

function isGiven(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== '';
}

/**
 * A text of `driver_info` or `instance_info`; numbers are taken too, as users write them both ways.
 * @throws `invalid`, naming the property
 */
export function readText(info: JsonObject, name: string): string | undefined {
  const value = info[name];
  if (!isGiven(value)) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new BessemerError('invalid', `${name} must be text.`, { field: name });
}

/**
 * A whole number within limits; a text of digits is taken too.
 * @throws `invalid`, naming the property
 */
export function readInteger(info: JsonObject, name: string, minimum: number, maximum: number): number | undefined {
  const text = readText(info, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw new BessemerError('invalid', `${name} must be a whole number from ${minimum} to ${maximum}, not ${text}.`, {
    field: name,
  });
}

const truths = new Map([
  ...['1', 't', 'true', 'on', 'y', 'yes'].map((word) => [word, true] as const),
  ...['0', 'f', 'false', 'off', 'n', 'no'].map((word) => [word, false] as const),
]);

/**
 * A truth value, also as one of the usual words.
 * @throws `invalid`, naming the property
 */
export function readBoolean(info: JsonObject, name: string): boolean | undefined {
  const value = info[name];
  if (!isGiven(value)) return undefined;
  const truth = truths.get(String(value).toLowerCase());
  if (truth !== undefined) return truth;
  throw new BessemerError('invalid', `${name} must be true or false, not ${String(value)}.`, { field: name });
}

/**
 * One of a set of words, compared without case.
 * @throws `invalid`, naming the property and the words
 */
export function readChoice<T extends string>(info: JsonObject, name: string, choices: readonly T[]): T | undefined {
  const text = readText(info, name);
  if (text === undefined) return undefined;
  const choice = choices.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (choice !== undefined) return choice;
  throw new BessemerError('invalid', `${name} must be one of ${choices.join(', ')}, not ${text}.`, { field: name });
}
