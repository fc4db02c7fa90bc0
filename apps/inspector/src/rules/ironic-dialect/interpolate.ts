import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';

/** What `{…}` may name in a rule of Ironic's dialect. */
export interface Names {
  node: JsonObject;
  inventory: JsonObject;
  plugin_data: JsonObject;
  /** The present item of a loop. */
  item?: Json;
}

/** Filled in, with the placeholders that named nothing. */
export interface Interpolated {
  value: Json;
  missing: string[];
}

const placeholder = /\{([a-z_]+)((?:\.[\w-]+|\[[^[\]{}]+\])*)\}/g;
const known: readonly string[] = ['node', 'inventory', 'plugin_data', 'item'];

/**
 * Fills `{node.driver}`, `{inventory[bmc_address]}`, `{plugin_data[x]}` and `{item[key]}` in texts, nested lists and
 * objects included. What names nothing stays as it is written and is reported.
 *
 * @param write how what is filled into a text is written there
 */
export function interpolate(value: Json, names: Names, write: (text: string) => string = (text) => text): Interpolated {
  const missing: string[] = [];
  const fill = (value: Json): Json => {
    if (typeof value === 'string') return fillText(value, names, missing, write);
    if (Array.isArray(value)) return value.map(fill);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  };
  return { value: fill(value), missing };
}

function fillText(text: string, names: Names, missing: string[], write: (text: string) => string): Json {
  // A text that is nothing but the loop's item keeps the item's type, so that lists of numbers or objects can be set.
  if (text === '{item}' && names.item !== undefined) return names.item;
  return text.replace(placeholder, (match: string, root: string, path: string) => {
    const value = known.includes(root) ? lookUp(rootOf(names, root), path) : undefined;
    if (value !== undefined) return write(asText(value));
    missing.push(match);
    return match;
  });
}

function rootOf(names: Names, root: string): Json | undefined {
  if (root === 'node') return names.node;
  if (root === 'inventory') return names.inventory;
  return root === 'plugin_data' ? names.plugin_data : names.item;
}

function lookUp(root: Json | undefined, path: string): Json | undefined {
  let value = root;
  for (const [, dotted, bracketed] of path.matchAll(/\.([\w-]+)|\[([^[\]{}]+)\]/g)) {
    const key = dotted ?? bracketed ?? '';
    if (Array.isArray(value)) value = /^-?\d+$/.test(key) ? value.at(Number(key)) : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function asText(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
