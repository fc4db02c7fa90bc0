import { BessemerError } from '@bessemer/errors';

/** Names that a path may not hold, since they mean something to JavaScript's objects. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The keys of a path into a node or into plugin data.
 *
 * @param path `/extra/rack`, `extra/rack`, or with `dots` also `extra.rack`
 * @throws `invalid` for an empty path or key
 */
export function parseAttributePath(path: string, options: { dots?: boolean } = {}): string[] {
  const separator = options.dots === true && !path.includes('/') ? '.' : '/';
  const keys = path.replace(/^\//, '').split(separator);
  if (keys.some((key) => key === '' || forbidden.has(key)))
    throw new BessemerError('invalid', `"${path}" is no path of an attribute; write for example /properties/rack.`, {
      field: 'path',
    });
  return keys;
}
