import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@bessemer/contracts';

/** One recorded exchange with a real ironic-inspector. */
export interface Exchange {
  request: { method: string; path: string; headers: Record<string, string>; body: JsonObject | null };
  response: { status: number; body: JsonObject | null };
}

const root = resolve(fileURLToPath(import.meta.url), '../../../../..');
const shared = resolve(root, process.env['BESSEMER_SHARED'] ?? '../shared');

/** Whether the reference material is there. */
export const hasRecordings = existsSync(resolve(shared, 'contract/golden-inspector/index.json'));

/** The exchange of that file name, without folder. */
export function exchange(name: string): Exchange {
  return read(`contract/golden-inspector/${name}.json`) as Exchange;
}

/** What the original made of a node after the named step. */
export function recordedNode(name: string): { properties: JsonObject; extra: JsonObject; traits: string[] } {
  const { node } = read(`contract/golden-inspector/ironic-${name}.json`) as { node: never };
  return node;
}

/** The rules of the slides. */
export function slidesRules(): JsonObject[] {
  return read('contract/rules.json') as JsonObject[];
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(resolve(shared, path), 'utf8'));
}
