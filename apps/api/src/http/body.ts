import { BessemerError } from '@bessemer/errors';
import { BodyError } from './faults.js';

const maximumDepth = 25;

/** Bytes that a request of any other route may have. */
export const defaultBodyLimit = 1024 * 1024;
const limits: readonly (readonly [RegExp, number])[] = [
  [/^\/v1\/nodes\/[^/]+\/states\/provision$/, 64 * 1024 * 1024],
  [/^\/v1\/continue_inspection$/, 16 * 1024 * 1024],
];

/** How many bytes the body of a request may have (reference: api.md §0.2). */
export const bodyLimitOf = (path: string): number =>
  limits.find(([pattern]) => pattern.test(path))?.[1] ?? defaultBodyLimit;

/** The refusal of a body that is too large. */
export const tooLarge = (limit: number): BodyError =>
  new BodyError('too-large', `The body is larger than the ${limit} bytes that this request may have.`);

function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === 92) index += 1;
      else if (character === 34) inString = false;
    } else if (character === 34) inString = true;
    else if (character === 123 || character === 91) {
      depth += 1;
      if (depth > maximumDepth)
        throw new BodyError('invalid', `The body is nested more than ${maximumDepth} levels deep.`);
    } else if (character === 125 || character === 93) depth -= 1;
  }
}

/** What is wrong and where; the parser's own words go on with a piece of the body, which may be a secret. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const [position] = message.match(/ at position \d+/) ?? [''];
  return /^Unexpected end/.test(message) ? 'it ends too early.' : `it is malformed${position}.`;
}

const refusedKeys = new Set(['__proto__', 'constructor', 'prototype']);

const loneSurrogate = /\p{Surrogate}/u;
/** Only an escape can leave half of a pair: what is no UTF-8 has been replaced before. */
const surrogateEscape = /\\ud/i;

/** What reads messages takes these keys for what an object is made by, so that a record with one could be told to nobody. */
function refuseKey(key: string): void {
  if (refusedKeys.has(key))
    throw new BessemerError('invalid', `The body holds the key ${key}, which no document may have.`, { field: key });
}

/** Half of a pair is no text: no database takes it, and no client could be shown it. */
function refuseHalf(text: unknown): void {
  if (typeof text === 'string' && loneSurrogate.test(text))
    throw new BessemerError('invalid', 'The body holds one half of a surrogate pair without the other.');
}

function read(text: string): unknown {
  const hasHalves = surrogateEscape.test(text);
  return JSON.parse(text, (key, value: unknown) => {
    refuseKey(key);
    if (hasHalves) for (const part of [key, value]) refuseHalf(part);
    return value;
  });
}

/**
 * The document in a body; undefined for an empty one. The media type does not matter: Ironic's clients are careless
 * about it.
 *
 * @throws `invalid` (400) when it is no JSON, nested too deep, or holds the key of a prototype or
 *   half of a surrogate pair
 */
export function parseBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  checkDepth(text);
  try {
    return read(text);
  } catch (error) {
    if (error instanceof BessemerError) throw error;
    throw new BessemerError('invalid', `The body is no JSON document: ${reasonOf(error)}`);
  }
}
