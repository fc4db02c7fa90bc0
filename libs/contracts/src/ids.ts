import { BessemerError } from '@bessemer/errors';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A node's UUID, lower case. */
export type NodeUuid = Branded<'NodeUuid'>;
/** A port's UUID, lower case. */
export type PortUuid = Branded<'PortUuid'>;
/** A task's UUID: one run of a verb on a node. */
export type TaskUuid = Branded<'TaskUuid'>;
/** A MAC address: six colon-separated pairs of hex digits, lower case. */
export type MacAddress = Branded<'MacAddress'>;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const macPattern = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

/** Whether the text has the form of a UUID. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && uuidPattern.test(text);
}

/** Whether the text is a MAC address in the only form that Ironic takes: colon-separated. */
export function isMacAddress(text: unknown): text is string {
  return typeof text === 'string' && macPattern.test(text);
}

function parseUuid<T extends string>(text: unknown, field: string): T {
  if (!isUuid(text)) throw new BessemerError('invalid', `Expected a UUID but received ${String(text)}.`, { field });
  return text.toLowerCase() as T;
}

/** Parses a node's UUID. Throws `invalid`, naming `field`. */
export const parseNodeUuid = (text: unknown, field = 'uuid'): NodeUuid => parseUuid<NodeUuid>(text, field);
/** Parses a port's UUID. Throws `invalid`, naming `field`. */
export const parsePortUuid = (text: unknown, field = 'uuid'): PortUuid => parseUuid<PortUuid>(text, field);
/** Parses a task's UUID. Throws `invalid`, naming `field`. */
export const parseTaskUuid = (text: unknown, field = 'task'): TaskUuid => parseUuid<TaskUuid>(text, field);

/** Parses a MAC address and returns it in lower case. Throws `invalid`, naming `field`. */
export function parseMacAddress(text: unknown, field = 'address'): MacAddress {
  if (!isMacAddress(text))
    throw new BessemerError('invalid', `Expected a MAC address but received ${String(text)}.`, {
      field,
      remedy: 'Write it as six colon-separated pairs of hex digits, for example 52:54:00:12:34:56.',
    });
  return text.toLowerCase() as MacAddress;
}
