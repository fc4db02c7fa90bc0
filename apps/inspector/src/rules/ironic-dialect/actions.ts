import { isJsonObject, isMacAddress, type Json, type JsonObject, type PortUpsert } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { NodeDraft } from '../../introspections/node-draft.js';
import type { Processing } from '../../introspections/processing.js';
import { parseAttributePath } from '../attribute-path.js';
import { nameOf, type Rule } from '../rule.js';
import { RuleFailure } from '../rule-failure.js';
import { refuseSecret } from '../secret-guard.js';

/** One action: its arguments and what it does with them once they are filled in. */
interface Action {
  required: readonly string[];
  optional?: readonly string[];
  run(processing: Processing, args: JsonObject, rule: Rule): void;
}

const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value));
const pathOf = (value: Json | undefined): string[] => parseAttributePath(text(value), { dots: true });

/** The path of a node's field that a value may be written to. */
export function targetOf(path: Json | undefined, value: Json | undefined): string[] {
  const keys = pathOf(path);
  refuseSecret(keys, value ?? null);
  return keys;
}

/** Plugin data is everything of the data but the inventory, which no rule may change. */
function changePluginData({ data }: Processing, path: string[], change: (draft: NodeDraft) => void): void {
  if (path[0] === 'inventory')
    throw new BessemerError('invalid', 'The inventory is no plugin data.', { field: 'path' });
  const draft = new NodeDraft(data);
  change(draft);
  const key = path[0] ?? '';
  const value = draft.get([key]);
  if (value === undefined) delete data[key];
  else data[key] = value;
}

/** The actions by name (inspection reference §6). */
export const actions: Readonly<Record<string, Action>> = {
  fail: {
    required: ['msg'],
    run: (_, { msg }, rule) => {
      throw RuleFailure.byAction(rule, text(msg));
    },
  },
  log: { required: ['msg'], optional: ['level'], run: ({ warnings }, { msg }) => warnings.push(text(msg)) },
  'set-attribute': {
    required: ['path', 'value'],
    run: ({ node }, { path, value }, rule) => node.set(targetOf(path, value), value ?? null, nameOf(rule)),
  },
  'extend-attribute': {
    required: ['path', 'value'],
    optional: ['unique'],
    run: ({ node }, { path, value, unique }, rule) =>
      node.extend(targetOf(path, value), value ?? null, { unique: unique === true, rule: nameOf(rule) }),
  },
  'del-attribute': { required: ['path'], run: ({ node }, { path }, rule) => node.remove(pathOf(path), nameOf(rule)) },
  'set-capability': {
    required: ['name', 'value'],
    run: ({ node }, { name, value }, rule) => node.setCapability(text(name), text(value), nameOf(rule)),
  },
  'unset-capability': {
    required: ['name'],
    run: ({ node }, { name }, rule) => node.unsetCapability(text(name), nameOf(rule)),
  },
  'add-trait': { required: ['name'], run: ({ node }, { name }) => node.addTrait(text(name)) },
  'remove-trait': { required: ['name'], run: ({ node }, { name }) => node.removeTrait(text(name)) },
  'set-plugin-data': {
    required: ['path', 'value'],
    run: (processing, { path, value }) =>
      changePluginData(processing, pathOf(path), (draft) => draft.set(pathOf(path), value ?? null)),
  },
  'extend-plugin-data': {
    required: ['path', 'value'],
    optional: ['unique'],
    run: (processing, { path, value, unique }) =>
      changePluginData(processing, pathOf(path), (draft) =>
        draft.extend(pathOf(path), value ?? null, { unique: unique === true }),
      ),
  },
  'unset-plugin-data': {
    required: ['path'],
    run: (processing, { path }) => changePluginData(processing, pathOf(path), (draft) => draft.remove(pathOf(path))),
  },
  'set-port-attribute': {
    required: ['port_id', 'path', 'value'],
    run: ({ node }, { port_id, path, value }) =>
      node.upsertPort(portChange(text(port_id), pathOf(path), value ?? null)),
  },
};

/** Actions of Ironic that are not carried out here; a rule with one is refused when it is created. */
export const unsupportedActions: readonly string[] = ['extend-port-attribute', 'del-port-attribute', 'api-call'];

function portChange(address: string, [field, ...rest]: string[], value: Json): PortUpsert {
  if (!isMacAddress(address))
    throw new BessemerError('invalid', `A port is named by its MAC address, not by "${address}".`, {
      field: 'port_id',
    });
  const port: PortUpsert = { address: address.toLowerCase() };
  if (field === 'pxe_enabled' && rest.length === 0) return { ...port, pxe_enabled: value === true || value === 'True' };
  if (field === 'physical_network' && rest.length === 0) return { ...port, physical_network: text(value) };
  if ((field === 'extra' || field === 'local_link_connection') && rest.length <= 1) {
    const [key] = rest;
    const object = key === undefined ? value : { [key]: value };
    if (isJsonObject(object)) return { ...port, [field]: object };
  }
  throw new BessemerError('invalid', `A rule cannot set ${[field, ...rest].join('/')} of a port to this value.`, {
    field: 'path',
  });
}
