import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';

/** Deeper than any inventory is, and far from what would exhaust a stack. */
const deepest = 64;

/** A ramdisk's data, taken apart. */
export interface RamdiskData {
  /** Without logs. */
  data: JsonObject;
  sha256: string;
}

/**
 * Parses JSON of unknown origin.
 *
 * @throws `invalid` for malformed JSON and for one that is nested too deeply
 */
export function parseJson(body: Buffer): unknown {
  if (depthOf(body) > deepest)
    throw new BessemerError('invalid', `Invalid data: JSON is nested deeper than ${deepest} levels`);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new BessemerError('invalid', 'Invalid data: the body is not valid JSON', { cause: error });
  }
}

/** Parses the body of a call-back. Throws `invalid`. */
export function parseRamdiskBody(body: Buffer): RamdiskData {
  const parsed = parseJson(body);
  if (!isJsonObject(parsed)) {
    const kind = Array.isArray(parsed) ? 'list' : typeof parsed;
    throw new BessemerError('invalid', `Invalid data: expected a JSON object, got ${kind}`);
  }
  const { logs: _logs, ...data } = parsed;
  return { data, sha256: createHash('sha256').update(body).digest('hex') };
}

/** How deep brackets nest, outside of strings. */
function depthOf(body: Buffer): number {
  const [quote, backslash, openList, closeList, openObject, closeObject] = Buffer.from('"\\[]{}');
  let depth = 0;
  let greatest = 0;
  let isInString = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index];
    if (isInString) {
      if (byte === backslash) index += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) isInString = true;
    else if (byte === openList || byte === openObject) {
      depth += 1;
      greatest = Math.max(greatest, depth);
    } else if (byte === closeList || byte === closeObject) depth -= 1;
  }
  return greatest;
}
