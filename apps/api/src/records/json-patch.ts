import { BessemerError } from '@bessemer/errors';
import { isSealed } from '@bessemer/secrets';
import { behaves } from '../versions/behaviours.js';
import { shorten } from './values.js';

/** One operation of a JSON patch as Ironic takes it (reference: api.md §0.5). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

type Document = Record<string, unknown>;

const plainPath = /^(\/[\w-]+)+$/;
const escapedPath = /^(\/([\w-]|~[01])+)+$/;
const operations = ['add', 'replace', 'remove'];
const members = new Set(['op', 'path', 'value']);

const schemaError = (reason: string): BessemerError =>
  new BessemerError('invalid', `Schema error for patch: ${reason}`, { field: 'patch' });

function readOperation(entry: unknown, minor: number): PatchOperation {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw schemaError(`${shorten(entry)} is not of type 'object'`);
  for (const key of Object.keys(entry))
    if (!members.has(key))
      throw schemaError(`Additional properties are not allowed ('${shorten(key)}' was unexpected)`);
  const { op, path } = entry as Document;
  if (op === undefined) throw schemaError("'op' is a required property");
  if (path === undefined) throw schemaError("'path' is a required property");
  if (typeof op !== 'string' || !operations.includes(op))
    throw schemaError(`'${shorten(op)}' is not one of ['add', 'replace', 'remove']`);
  const pattern = behaves('patch-escapes', minor) ? escapedPath : plainPath;
  if (typeof path !== 'string' || !pattern.test(path))
    throw schemaError(`'${shorten(path)}' does not match '${plainPath.source}'`);
  return entry as PatchOperation;
}

/**
 * The operations in a body.
 *
 * @throws `invalid` when it is no list of operations
 */
export function readPatch(body: unknown, minor: number): PatchOperation[] {
  if (!Array.isArray(body)) throw schemaError(`${shorten(body)} is not of type 'array'`);
  return body.map((entry) => readOperation(entry, minor));
}

/** The keys of a path, unescaped. */
export const keysOf = (path: string): string[] =>
  path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The field that an operation changes. */
export const fieldOf = (operation: PatchOperation): string => keysOf(operation.path)[0] ?? '';

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

function failed(operation: PatchOperation, reason: string): BessemerError {
  const shown = JSON.stringify({ op: operation.op, path: operation.path });
  return new BessemerError('invalid', `Couldn't apply patch '${shown}'. Reason: ${reason}`, { field: operation.path });
}

function child(container: unknown, key: string, operation: PatchOperation): unknown {
  if (Array.isArray(container)) {
    const index = Number(key);
    if (/^\d+$/.test(key) && index < container.length) return container[index];
  } else if (typeof container === 'object' && container !== null && Object.hasOwn(container, key)) {
    return (container as Document)[key];
  }
  throw failed(operation, `member '${key}' not found`);
}

function applyToList(list: unknown[], key: string, operation: PatchOperation): void {
  if (operation.op === 'add' && key === '-') {
    list.push(operation.value);
    return;
  }
  const index = Number(key);
  const last = operation.op === 'add' ? list.length : list.length - 1;
  if (!/^\d+$/.test(key) || index > last) throw failed(operation, `index '${key}' is outside of the list`);
  if (operation.op === 'add') list.splice(index, 0, operation.value);
  else if (operation.op === 'replace') list[index] = operation.value;
  else list.splice(index, 1);
}

function applyToObject(target: Document, key: string, operation: PatchOperation): void {
  if (operation.op !== 'add' && !Object.hasOwn(target, key)) {
    const verb = operation.op === 'remove' ? 'remove' : 'replace';
    throw failed(operation, `can't ${verb} a non-existent object '${key}'`);
  }
  if (operation.op === 'remove') delete target[key];
  else target[key] = operation.value;
}

/**
 * The document after the operations, one after the other; the original and the patch are left as they were. A field that is removed is
 * null afterwards.
 *
 * @throws `invalid`, naming the operation that failed
 */
export function applyPatch(document: Document, patch: readonly PatchOperation[]): Document {
  const result = { ...document };
  const copied = new Set<string>();
  for (const given of patch) {
    if (given.op !== 'remove' && given.value === undefined)
      throw failed(given, "The operation does not contain a 'value' member");
    const keys = keysOf(given.path);
    if (keys.some((key) => forbiddenKeys.has(key))) throw failed(given, 'the key is not allowed');
    // A later operation may change what this one adds, and the patch may have to be applied once more.
    const operation = { ...given, value: structuredClone(given.value) };
    const [field = ''] = keys;
    const last = keys.pop() ?? '';
    if (keys.length === 0 && operation.op === 'remove') {
      result[last] = null;
      continue;
    }
    if (keys.length > 0 && Object.hasOwn(result, field) && !copied.has(field))
      result[field] = structuredClone(result[field]);
    copied.add(field);
    let container: unknown = result;
    for (const key of keys) container = child(container, key, operation);
    // To a client a sealed secret is a value like any other; within it, a value would stand in clear.
    if (isSealed(container)) throw failed(operation, `'${keys.join('/')}' holds no members`);
    if (Array.isArray(container)) applyToList(container, last, operation);
    else if (typeof container === 'object' && container !== null) applyToObject(container as Document, last, operation);
    else throw failed(operation, `'${keys.join('/')}' holds no members`);
  }
  return result;
}

/** Throws `invalid` for an operation on a field that may not be patched. */
export function requirePatchable(patch: readonly PatchOperation[], allowed: readonly string[]): void {
  for (const operation of patch)
    if (!allowed.includes(fieldOf(operation)))
      throw new BessemerError(
        'invalid',
        `Cannot patch ${operation.path}. Only the following can be updated: ${allowed.join(', ')}`,
        { field: operation.path },
      );
}
