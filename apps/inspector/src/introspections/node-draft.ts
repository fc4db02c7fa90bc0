import { isDeepStrictEqual } from 'node:util';
import type { FieldOperation, Json, JsonObject, NodePatch, PortOperation, PortUpsert } from '@bessemer/contracts';
import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { formatCapabilities, parseCapabilities } from './capabilities.js';

/**
 * A node as hooks and rules see and change it. Nothing is written: every change becomes an operation of the patch that
 * the api validates and applies.
 */
export class NodeDraft {
  private readonly document: JsonObject;
  private readonly operations: FieldOperation[] = [];
  private readonly ports = new Map<string, PortUpsert>();
  private readonly removedPorts = new Set<string>();
  private readonly portOperations: PortOperation[] = [];
  private readonly traits = new Map<string, 'add' | 'remove'>();

  /** @param node the fields of the node that the copy holds */
  constructor(node: JsonObject) {
    this.document = structuredClone(node);
  }

  /** The node as it would be with the changes so far. */
  get node(): JsonObject {
    return this.document;
  }

  /** The value at a path, undefined when there is none. */
  get(path: readonly string[]): Json | undefined {
    let value: Json | undefined = this.document;
    for (const key of path) value = childOf(value, key);
    return value;
  }

  /**
   * Sets a value; objects on the way to it are made.
   *
   * @param path keys, the first of them a field of the node
   * @param rule the rule that asks for it
   */
  set(path: readonly string[], value: Json, rule?: string): void {
    if (isDeepStrictEqual(this.get(path), value)) return;
    this.change(path, rule, (container, key) => {
      if (!Array.isArray(container)) container[key] = value;
      else if (key === '-') container.push(value);
      else container[indexOf(key, path)] = value;
    });
  }

  /** Removes what is at a path; nothing happens when nothing is there. */
  remove(path: readonly string[], rule?: string): void {
    const parent = this.get(path.slice(0, -1));
    const key = path.at(-1);
    if (key === undefined || this.get(path) === undefined) return;
    if (Array.isArray(parent)) {
      this.change(path, rule, () => parent.splice(indexOf(key, path), 1));
      return;
    }
    if (isJsonObject(parent)) delete parent[key];
    this.operations.push({ op: 'remove', path: pointer(path), ...(rule === undefined ? {} : { rule }) });
  }

  /**
   * Appends to a list, which is made when there is none.
   *
   * @param options `unique`: not when the list holds the value already
   * @throws `invalid` when something else than a list stands there
   */
  extend(path: readonly string[], value: Json, options: { unique: boolean; rule?: string }): void {
    const list = this.get(path) ?? [];
    if (!Array.isArray(list))
      throw new BessemerError('invalid', `${pointer(path)} is no list and cannot be extended.`, {
        field: pointer(path),
      });
    if (options.unique && list.some((item) => isDeepStrictEqual(item, value))) return;
    this.set(path, [...list, value], options.rule);
  }

  /** Sets one of the capabilities in `properties.capabilities`. */
  setCapability(name: string, value: string, rule?: string): void {
    const capabilities = this.capabilities();
    capabilities.set(name, value);
    this.set(['properties', 'capabilities'], formatCapabilities(capabilities), rule);
  }

  /** Removes one of the capabilities. */
  unsetCapability(name: string, rule?: string): void {
    const capabilities = this.capabilities();
    if (capabilities.delete(name)) this.set(['properties', 'capabilities'], formatCapabilities(capabilities), rule);
  }

  addTrait(name: string): void {
    this.traits.set(name, 'add');
  }

  removeTrait(name: string): void {
    this.traits.set(name, 'remove');
  }

  /** Creates or updates a port by its address; what is said of it later is merged. */
  upsertPort(port: PortUpsert): void {
    this.ports.set(port.address, { ...this.ports.get(port.address), ...port });
  }

  removePort(address: string): void {
    this.ports.delete(address);
    this.removedPorts.add(address);
  }

  /** Changes a port that the node has or gets; the draft holds no ports, so that the api alone knows whether it can be. */
  changePort(operation: PortOperation): void {
    this.portOperations.push(operation);
  }

  /** All changes, in the order in which they were made. */
  toPatch(): NodePatch {
    const traitsTo = (what: 'add' | 'remove') => [...this.traits].filter(([, op]) => op === what).map(([name]) => name);
    const patch: NodePatch = {};
    const put = <K extends keyof NodePatch>(key: K, list: NodePatch[K] & unknown[]): void => {
      if (list.length > 0) patch[key] = list;
    };
    put('fields', [...this.operations]);
    put('ports', [...this.ports.values()]);
    put('removePorts', [...this.removedPorts]);
    put('portOperations', [...this.portOperations]);
    put('addTraits', traitsTo('add'));
    put('removeTraits', traitsTo('remove'));
    return patch;
  }

  private capabilities(): Map<string, string> {
    const value = this.get(['properties', 'capabilities']);
    return parseCapabilities(typeof value === 'string' ? value : '');
  }

  /**
   * Changes the document and records the smallest operation that a patch of nested objects can tell: at the first key
   * that did not exist, or at the outermost list on the way.
   */
  private change(
    path: readonly string[],
    rule: string | undefined,
    apply: (container: JsonObject | Json[], key: string) => void,
  ): void {
    const last = path.at(-1);
    if (last === undefined) throw new BessemerError('invalid', 'A path names at least a field of the node.');
    let container: JsonObject | Json[] = this.document;
    let told: number | undefined;
    for (const [depth, key] of path.slice(0, -1).entries()) {
      if (Array.isArray(container)) told ??= depth;
      let next: Json | undefined = childOf(container, key);
      if (next === undefined && !Array.isArray(container)) {
        next = {};
        container[key] = next;
        told ??= depth + 1;
      }
      if (!isJsonObject(next) && !Array.isArray(next))
        throw new BessemerError('invalid', `${pointer(path.slice(0, depth + 1))} holds a value without keys.`, {
          field: pointer(path),
        });
      container = next;
    }
    if (Array.isArray(container)) told ??= path.length - 1;
    apply(container, last);
    const tellPath = path.slice(0, told ?? path.length);
    const value = structuredClone(this.get(tellPath) ?? null);
    this.operations.push({ op: 'set', path: pointer(tellPath), value, ...(rule === undefined ? {} : { rule }) });
  }
}

function childOf(container: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(container)) return container[Number(key)];
  return isJsonObject(container) && Object.hasOwn(container, key) ? container[key] : undefined;
}

function indexOf(key: string, path: readonly string[]): number {
  if (/^\d+$/.test(key)) return Number(key);
  throw new BessemerError('invalid', `${pointer(path)} names "${key}" in a list, where a number belongs.`);
}

function pointer(path: readonly string[]): string {
  return `/${path.join('/')}`;
}
