import { isSealed, openValue, type SealContext, type Sealed, sealValue } from './seal.js';
import type { SealingKey, SealingPublicKey } from './sealing-key.js';

/** What a caller sees in place of a secret; Ironic's clients know it. */
export const mask = '******';

/** Decides by a field's name whether its value is secret: by declaration where there is one, else {@link looksSecret}. */
export type IsSecret = (name: string) => boolean;

/** Parts of names that mark a secret: the ones that Ironic masks, and what an instance is given of them. */
const secretNames = [
  'password',
  'passwd',
  'passphrase',
  'pswd',
  'adminpass',
  'admin_pass',
  'new_pass',
  'secret',
  'token',
  'auth_key',
  'priv_key',
  'private_key',
  'encrypted_key',
  'fernetkey',
  'sslkey',
  'ssl_key',
  'credential',
  'configdrive',
];

const secretName = new RegExp(secretNames.join('|'), 'iu');

/** Whether a name is one that secrets usually have. A declaration of the driver goes before it. */
export const looksSecret: IsSecret = (name) => secretName.test(name);

/** A deep copy in which every secret is {@link mask}: values under secret names, objects too, and whatever is sealed. */
export function maskSecrets<T>(value: T, isSecret: IsSecret = looksSecret): T {
  return transform(value, isSecret, () => mask, []) as T;
}

/**
 * A deep copy in which every secret is sealed, an object under a secret name as a whole. What is sealed already stays as
 * it is, and so does null.
 *
 * @param value an object such as `driver_info`
 * @param context the node, and the path of the object itself; a field's own path is added to it. The place in a list is
 *   no part of it, so that an item opens wherever changes of the list move it
 */
export function sealSecrets<T>(
  value: T,
  recipient: SealingPublicKey,
  context: SealContext,
  isSecret: IsSecret = looksSecret,
): T {
  return transform(
    value,
    isSecret,
    sealing(recipient, (path) => ({ node: context.node, field: boundPath(path) })),
    [context.field],
  ) as T;
}

/**
 * A deep copy in which everything sealed is open again.
 *
 * @param context as it was for {@link sealSecrets}
 * @throws `internal` when one of them cannot be opened
 */
export function openSecrets<T>(value: T, keys: readonly SealingKey[], context: SealContext): T {
  const replace: Replace = (secret, path) => (isSealed(secret) ? openAt(keys, secret, context.node, path) : secret);
  return transform(value, () => false, replace, [context.field]) as T;
}

/** What was sealed before places in lists were left out is bound to its place. */
function openAt(keys: readonly SealingKey[], sealed: Sealed, node: string, path: Path): unknown {
  try {
    return openValue(keys, sealed, { node, field: boundPath(path) });
  } catch (error) {
    if (path.every((key) => typeof key === 'string')) throw error;
    return openValue(keys, sealed, { node, field: path.join('.') });
  }
}

/**
 * What the secret arguments of steps are sealed for. They belong to no node: the steps of a template run on many, and a
 * patch may move a step within its list.
 */
const stepArguments: SealContext = { node: 'any', field: 'step.args' };

/** The arguments of a step with every secret sealed; only {@link openStepArguments} opens them. */
export function sealStepArguments<T>(args: T, recipient: SealingPublicKey): T {
  return transform(
    args,
    looksSecret,
    sealing(recipient, () => stepArguments),
    [],
  ) as T;
}

/**
 * The arguments of a step with everything sealed open again.
 *
 * @throws `internal` when one of them cannot be opened
 */
export function openStepArguments<T>(args: T, keys: readonly SealingKey[]): T {
  const replace: Replace = (secret) => (isSealed(secret) ? openValue(keys, secret, stepArguments) : secret);
  return transform(args, () => false, replace, []) as T;
}

/** The way to a value: names of members, and places in lists. */
type Path = readonly (string | number)[];
type Replace = (secret: unknown, path: Path) => unknown;

const boundPath = (path: Path): string => path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');

function sealing(recipient: SealingPublicKey, contextOf: (path: Path) => SealContext): Replace {
  const replace: Replace = (secret, path) => {
    if (secret === null || isSealed(secret)) return secret;
    // What is sealed within can be sealed no second time: nobody would open it again.
    if (holdsSealed(secret)) return transform(secret, () => true, replace, path);
    return sealValue(recipient, secret, contextOf(path));
  };
  return replace;
}

const holdsSealed = (value: unknown): boolean =>
  isSealed(value) || (typeof value === 'object' && value !== null && Object.values(value).some(holdsSealed));

function transform(value: unknown, isSecret: IsSecret, replace: Replace, path: Path): unknown {
  if (isSealed(value)) return replace(value, path);
  if (Array.isArray(value)) {
    return value.map((item, index) => transform(item, isSecret, replace, [...path, index]));
  }
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const entries = Object.entries(value).map(([name, item]): [string, unknown] => {
    const itemPath = [...path, name];
    return [name, isSecret(name) ? replace(item, itemPath) : transform(item, isSecret, replace, itemPath)];
  });
  return Object.fromEntries(entries);
}
