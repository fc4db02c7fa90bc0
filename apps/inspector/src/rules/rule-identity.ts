import { createHash } from 'node:crypto';
import type { NewRule } from './rule.js';

/** The UUID of a rule that was given none, made of its content: the same words get the same UUID. */
export function uuidOfContent({ uuid: _uuid, ...content }: NewRule): string {
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  // Version 8 of RFC 9562: a UUID whose bits are the maker's own.
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
