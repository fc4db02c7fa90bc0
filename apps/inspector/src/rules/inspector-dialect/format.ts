import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';

const placeholder = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;

/**
 * Fills `{data[inventory][bmc_address]}` in texts, nested lists and objects included (keys too). Results are texts;
 * `{{` and `}}` stand for braces.
 *
 * @throws `invalid` for a placeholder that names nothing
 */
export function format(value: Json, data: JsonObject): Json {
  if (typeof value === 'string') return formatText(value, data);
  if (Array.isArray(value)) return value.map((item) => format(item, data));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [formatText(key, data), format(item, data)]));
}

function formatText(text: string, data: JsonObject): string {
  return text.replace(placeholder, (match: string, expression: string | undefined) => {
    if (match === '{{') return '{';
    if (match === '}}') return '}';
    if (expression === undefined) throw new BessemerError('invalid', `Invalid formatting variable in "${text}".`);
    return asText(lookUp(expression, data, text));
  });
}

function lookUp(expression: string, data: JsonObject, text: string): Json {
  const match = /^data((?:\[[^[\]]+\])+)$/.exec(expression);
  if (!match) throw new BessemerError('invalid', `Invalid formatting variable "{${expression}}" in "${text}".`);
  let value: Json | undefined = data;
  for (const [, key = ''] of (match[1] ?? '').matchAll(/\[([^[\]]+)\]/g)) {
    if (Array.isArray(value)) value = /^\d+$/.test(key) ? value[Number(key)] : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (value === undefined) throw new BessemerError('invalid', `The data holds nothing for "{${expression}}".`);
  }
  return value;
}

/** As Python writes it, since the rules that exist were written for that. */
function asText(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
