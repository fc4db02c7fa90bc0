import { isMacAddress, isUuid, type Json, type JsonObject, type PortOperation } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { NodeDraft } from '../../introspections/node-draft.js';
import type { Processing } from '../../introspections/processing.js';
import { parseApiCall } from '../api-call.js';
import { parseAttributePath } from '../attribute-path.js';
import { nameOf, type Rule } from '../rule.js';
import { RuleFailure } from '../rule-failure.js';
import { refuseSecret } from '../secret-guard.js';

/** One action: its arguments and what it does with them once they are filled in. */
interface Action {
  required: readonly string[];
  optional?: readonly string[];
  /** Those whose placeholders stand for parts of a URL. */
  inUrl?: readonly string[];
  /** Refuses arguments that no data can make right, before they are filled in. */
  check?(args: JsonObject): void;
  run(processing: Processing, args: JsonObject, rule: Rule): void;
}

const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value));
const pathOf = (value: Json | undefined): string[] => parseAttributePath(text(value), { dots: true });

/** The path of a node's field that a value may be written to. */
function targetOf(path: Json | undefined, value: Json | undefined): string[] {
  const keys = pathOf(path);
  refuseSecret(keys, value ?? null);
  return keys;
}

const checkTarget = ({ path, value }: JsonObject): void => void targetOf(path, value);

/** More than this many calls of one introspection are a loop that went wrong. */
const mostCalls = 100;

function planCall({ calls }: Processing, args: JsonObject, rule: Rule): void {
  if (calls.length === mostCalls)
    throw new BessemerError('invalid', `The rules ask for more than ${mostCalls} calls.`, { field: 'url' });
  calls.push(parseApiCall(args, rule.uuid));
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
    check: checkTarget,
    run: ({ node }, { path, value }, rule) => node.set(targetOf(path, value), value ?? null, nameOf(rule)),
  },
  'extend-attribute': {
    required: ['path', 'value'],
    check: checkTarget,
    optional: ['unique'],
    run: ({ node }, { path, value, unique }, rule) =>
      node.extend(targetOf(path, value), value ?? null, { unique: unique === true, rule: nameOf(rule) }),
  },
  'del-attribute': {
    required: ['path'],
    check: checkTarget,
    run: ({ node }, { path }, rule) => node.remove(pathOf(path), nameOf(rule)),
  },
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
    check: ({ path }) => void pathOf(path),
    run: ({ node }, { value = null, ...port }, rule) =>
      node.changePort({ ...operationOn(port, rule), op: 'set', value }),
  },
  'extend-port-attribute': {
    required: ['port_id', 'path', 'value'],
    optional: ['unique'],
    check: ({ path }) => void pathOf(path),
    run: ({ node }, { value = null, unique, ...port }, rule) =>
      node.changePort({ ...operationOn(port, rule), op: 'extend', value, unique: unique === true }),
  },
  'del-port-attribute': {
    required: ['port_id', 'path'],
    check: ({ path }) => void pathOf(path),
    run: ({ node }, port, rule) => node.changePort({ ...operationOn(port, rule), op: 'remove' }),
  },
  'api-call': {
    required: ['url'],
    optional: ['headers', 'proxies', 'timeout', 'retries', 'backoff_factor'],
    inUrl: ['url'],
    check: (args) => void parseApiCall(args, ''),
    run: planCall,
  },
};

/** Which port, and what of it; the port may be named by its address or its UUID. */
function operationOn({ port_id, path }: JsonObject, rule: Rule): Pick<PortOperation, 'port' | 'path' | 'rule'> {
  const port = text(port_id).toLowerCase();
  if (!isMacAddress(port) && !isUuid(port))
    throw new BessemerError('invalid', `A port is named by its MAC address or UUID, not by "${text(port_id)}".`, {
      field: 'port_id',
    });
  return { port, path: `/${pathOf(path).join('/')}`, rule: nameOf(rule) };
}
