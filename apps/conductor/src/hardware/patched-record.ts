import { type FieldOperation, isJsonObject, type Json, type JsonObject, type NodePatch } from '@bessemer/contracts';

/**
 * The record with a patch applied, so that later steps see what earlier ones changed. The api applies the same patch to
 * the true one.
 */
export function patchedRecord<T extends object>(record: T, patch: NodePatch | undefined): T {
  if (!patch?.fields?.length) return record;
  const copy = structuredClone(record);
  for (const operation of patch.fields) apply(copy, operation);
  return copy;
}

function apply(record: object, { op, path, value }: FieldOperation): void {
  const keys = path.split('/').slice(1);
  const last = keys.pop();
  if (last === undefined) return;
  let target = record as JsonObject;
  for (const key of keys) {
    const next: Json | undefined = target[key];
    if (isJsonObject(next)) target = next;
    else {
      const fresh: JsonObject = {};
      target[key] = fresh;
      target = fresh;
    }
  }
  if (op === 'remove') delete target[last];
  else target[last] = value ?? null;
}
