import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';

type Step = { kind: 'key'; key: string } | { kind: 'all' } | { kind: 'deep'; key: string };

/** A condition's field: where it looks and the steps to walk. */
export interface Field {
  scheme: 'data' | 'node';
  steps: Step[];
}

const stepPattern = /^(?:\.\.([\w-]+)|\.?\*|\[\*\]|\.?([\w-]+)|\[(-?\d+)\]|\['([^']*)'\]|\["([^"]*)"\])/;

/**
 * Parses a field: a JSON path (`inventory.interfaces[*].name`, `$..serial`), with `data://` (the default) or `node://`
 * before it.
 *
 * @throws `invalid` for another scheme or a malformed path
 */
export function parseField(field: string): Field {
  const [, scheme = 'data', path = field] = /^([a-z]+):\/\/(.*)$/s.exec(field) ?? [];
  if (scheme !== 'data' && scheme !== 'node')
    throw new BessemerError('invalid', `Unsupported scheme for field: ${scheme}, valid values are node:// or data://`, {
      field: 'field',
    });
  const steps: Step[] = [];
  let rest = path.replace(/^\$\.?(?!\.)/, '').replace(/^\$(?=\.\.)/, '');
  while (rest !== '') {
    const match = stepPattern.exec(rest);
    if (!match) throw new BessemerError('invalid', `Unable to parse field JSON path ${path}`, { field: 'field' });
    const [text, deep, name, index, ...quoted] = match;
    const key = name ?? index ?? quoted.find((item) => item !== undefined);
    if (deep !== undefined) steps.push({ kind: 'deep', key: deep });
    else if (key === undefined) steps.push({ kind: 'all' });
    else steps.push({ kind: 'key', key });
    rest = rest.slice(text.length);
  }
  return { scheme, steps };
}

/** Every value that the field stands for. */
export function valuesOf(field: Field, sources: { data: JsonObject; node: JsonObject }): Json[] {
  let values: Json[] = [sources[field.scheme]];
  for (const step of field.steps) values = values.flatMap((value) => walk(value, step));
  return values;
}

function walk(value: Json, step: Step): Json[] {
  if (step.kind === 'all') return children(value);
  if (step.kind === 'deep')
    return [...walk(value, { kind: 'key', key: step.key }), ...children(value).flatMap((child) => walk(child, step))];
  if (Array.isArray(value)) {
    const child = /^-?\d+$/.test(step.key) ? value.at(Number(step.key)) : undefined;
    return child === undefined ? [] : [child];
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, step.key)) return [];
  return [value[step.key] ?? null];
}

function children(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}
