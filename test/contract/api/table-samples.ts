import type { Field, Fields, Parameter } from '@bessemer/api';

/** An identifier that no record has. */
export const unknownUuid = '6b8de3a7-93d4-4d5a-b0d1-8f2a4c9e7f10';

/** A value of the field's type that a request may give. */
export function sampleOf({ type, values, initial, items }: Field): unknown {
  switch (type) {
    case 'uuid':
      return unknownUuid;
    case 'mac':
      return '52:54:00:aa:bb:cc';
    case 'boolean':
      return initial !== true;
    case 'integer':
      return 1;
    case 'object':
    case 'secrets':
      return {};
    case 'list':
      return items === undefined ? [] : [samplesOf(items, ({ required }) => required === true)];
    default:
      return values?.[0] ?? 'a-sample';
  }
}

/** A value of the parameter's type, as it stands in a query. */
export function queryOf({ type }: Parameter): string {
  if (type === 'uuid') return unknownUuid;
  if (type === 'integer') return '1';
  return type === 'boolean' ? 'true' : 'a-sample';
}

/** Samples of the fields that must be given, and of one more. */
export function bodyWith(fields: Fields, name: string): Record<string, unknown> {
  return samplesOf(fields, (field, other) => other === name || field.required === true);
}

function samplesOf(fields: Fields, isGiven: (field: Field, name: string) => boolean): Record<string, unknown> {
  const given = Object.entries(fields).filter(([name, field]) => isGiven(field, name));
  return Object.fromEntries(given.map(([name, field]) => [name, sampleOf(field)]));
}

/** A path with the identifiers that are known for its parameters, and one that no record has for the others. */
export const pathWith = (pattern: string, known: Readonly<Record<string, string>> = {}): string =>
  pattern.replaceAll(/:(\w+)/g, (_, name: string) => known[name] ?? unknownUuid);
