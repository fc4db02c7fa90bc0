import { BessemerError } from '@bessemer/errors';
import { BodyError } from './faults.js';

const maximumDepth = 25;

/** Bytes that a request of most routes may have. */
export const defaultBodyLimit = 1024 * 1024;
/** Bytes that a request of any route may have. */
export const largestBodyLimit = 64 * 1024 * 1024;
const limits: readonly (readonly [RegExp, number])[] = [
  [/^\/v1\/nodes\/[^/]+\/states\/provision$/, largestBodyLimit],
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
/** A text without any of these holds no such key: letters can be written as escapes of this form alone. */
const mayHoldRefused = /__proto__|constructor|prototype|\\u/;

const loneSurrogate = /\p{Surrogate}/u;
/** Only an escape can leave half of a pair: what is no UTF-8 has been replaced before. */
const surrogateEscape = /\\ud/i;

/** What reads messages takes these keys for what an object is made by, so that a record with one could be told to nobody. */
function refuseKey(key: string): void {
  if (refusedKeys.has(key))
    throw new BessemerError('invalid', `The body holds the key ${key}, which no document may have.`, { field: key });
}

/** Half of a pair is no text: no database takes it, and no client could be shown it. */
function refuseHalf(text: string): void {
  if (loneSurrogate.test(text))
    throw new BessemerError('invalid', 'The body holds one half of a surrogate pair without the other.');
}

/** Looks at every key, and at every text where one may hold half of a pair; no nesting is too deep for it. */
function checkContent(document: unknown, mayHoldHalves: boolean): void {
  const open: object[] = [];
  const look = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) open.push(value);
    else if (mayHoldHalves && typeof value === 'string') refuseHalf(value);
  };
  look(document);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) for (const item of value) look(item);
    else
      for (const [key, item] of Object.entries(value)) {
        refuseKey(key);
        if (mayHoldHalves) refuseHalf(key);
        look(item);
      }
  }
}

function read(text: string): unknown {
  const document: unknown = JSON.parse(text);
  // Asked first, because most bodies need no walk, and a reviver would make each of them several times as slow.
  if (mayHoldRefused.test(text)) checkContent(document, surrogateEscape.test(text));
  return document;
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
