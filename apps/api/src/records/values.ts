import { isMacAddress, isUuid } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { maskSecrets } from '@bessemer/secrets';

const truths = new Set(['1', 't', 'true', 'on', 'y', 'yes']);
const falsehoods = new Set(['0', 'f', 'false', 'off', 'n', 'no']);

/** A boolean, also in the words that Ironic's clients use for one. Throws `invalid`, naming the field. */
export function parseBoolean(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).trim().toLowerCase() : '';
  if (truths.has(word)) return true;
  if (falsehoods.has(word)) return false;
  throw new BessemerError(
    'invalid',
    `Invalid ${field}: Unrecognized value '${shorten(value)}', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'`,
    { field },
  );
}

/** A UUID in lower case. Throws `invalid`, naming the field. */
export function parseUuid(value: unknown, field: string): string {
  if (!isUuid(value)) throw new BessemerError('invalid', `Expected UUID for ${field}: ${shorten(value)}`, { field });
  return value.toLowerCase();
}

/** A MAC address in lower case. Throws `invalid`, naming the field. */
export function parseMac(value: unknown, field: string): string {
  if (!isMacAddress(value))
    throw new BessemerError('invalid', `Expected valid MAC address for ${field}: ${shorten(value)}`, { field });
  return value.toLowerCase();
}

/** A value as an error may quote it: not too long, and without the secrets in it. */
export function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(maskSecrets(value)) ?? 'nothing');
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

const logicalName = /^[A-Za-z0-9._~-]{1,255}$/;

/** Whether the text may be the name of a record: characters that a URL takes as they are, and no UUID. */
export const isLogicalName = (text: unknown): text is string =>
  typeof text === 'string' && logicalName.test(text) && !isUuid(text);

/**
 * Refuses a name that no record may have; null and undefined are none.
 *
 * @param noun how the error names the record
 * @throws `invalid`
 */
export function requireLogicalName(noun: string, name: unknown): void {
  if (name === null || name === undefined || isLogicalName(name)) return;
  throw new BessemerError('invalid', `Cannot give a ${noun} the invalid name '${shorten(name)}'.`, {
    field: 'name',
    remedy: 'A name has up to 255 letters, digits, dots, hyphens, underscores and tildes, and is no UUID.',
  });
}
