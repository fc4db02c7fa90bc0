import { isJsonObject, type Json } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { looksSecret } from '@bessemer/secrets';

/**
 * Refuses a value that would put a secret into a rule: rules are stored and their changes travel in clear.
 *
 * @param path keys of a node's field
 * @throws `unsupported`
 */
export function refuseSecret(path: readonly string[], value: Json): void {
  const [field, ...keys] = path;
  if (field !== 'driver_info' && field !== 'instance_info') return;
  const name = [...keys, ...namesIn(value)].find(looksSecret);
  if (name === undefined) return;
  throw new BessemerError('unsupported', `A rule cannot set "${name}" of ${field}: it is a secret.`, {
    field: 'path',
    remedy: 'Set it with a PATCH of the node, which seals it.',
  });
}

function namesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => [name, ...namesIn(item)]);
}
