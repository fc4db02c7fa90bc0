import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';

/** What takes the place of a secret. */
const mask = '******';

const secretName =
  /password|passwd|secret|token|auth_key|priv_key|private_key|kg_key|passphrase|credential|configdrive/i;

/** A copy whose secret values, found by name at any depth, are masked: an agent is told of a node, not of its secrets. */
export function maskSecrets(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, secretName.test(name) ? mask : maskInside(inner)]),
  );
}

function maskInside(value: Json): Json {
  if (Array.isArray(value)) return value.map(maskInside);
  return isJsonObject(value) ? maskSecrets(value) : value;
}
