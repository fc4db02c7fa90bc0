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

/**
 * The document in a body; undefined for an empty one. The media type does not matter: Ironic's clients are careless
 * about it.
 *
 * @throws `invalid` (400) when it is no JSON, or nested too deep
 */
export function parseBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  checkDepth(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BessemerError('invalid', `The body is no JSON document: ${reasonOf(error)}`);
  }
}
