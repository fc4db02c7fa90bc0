import type { Json, JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { readText } from '../core/driver-info.js';
import type { RedfishBmc } from './redfish.js';
import { linkIn, type Resource, textsIn } from './resource.js';

/** What is shown of a subscription: nothing of it is secret, unlike its headers. */
const shownFields = ['Id', 'Context', 'Protocol', 'Destination', 'EventTypes'];
const createArguments = ['Destination', 'Protocol', 'Context', 'EventTypes', 'HttpHeaders'];

const wrong = (field: string, message: string): BessemerError => new BessemerError('invalid', message, { field });

interface EventService {
  readonly service: Resource;
  /** Path of the collection of subscriptions. */
  readonly subscriptions: string;
}

async function eventService(bmc: RedfishBmc): Promise<EventService> {
  const path = linkIn((await bmc.root()).body, 'EventService');
  const service = path === undefined ? undefined : await bmc.get(path);
  const subscriptions = service === undefined ? undefined : linkIn(service.body, 'Subscriptions');
  if (service !== undefined && subscriptions !== undefined) return { service, subscriptions };
  throw new BessemerError('unsupported', `The BMC at ${bmc.address} has no event subscriptions.`);
}

function shown({ body }: Resource): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => shownFields.includes(name)));
}

/** Whom the BMC tells of events: the collection as the BMC shows it. */
export async function listSubscriptions(bmc: RedfishBmc): Promise<JsonObject> {
  const { subscriptions } = await eventService(bmc);
  return (await bmc.get(subscriptions)).body;
}

/** One subscription; throws `not-found`. */
export async function showSubscription(bmc: RedfishBmc, args: JsonObject): Promise<JsonObject> {
  const id = requireId(args);
  const { subscriptions } = await eventService(bmc);
  const found = await bmc.find(memberOf(subscriptions, id));
  if (found === undefined) throw noSubscription(bmc, id);
  return shown(found);
}

/** Deletes a subscription; throws `not-found`. */
export async function deleteSubscription(bmc: RedfishBmc, args: JsonObject): Promise<void> {
  const id = requireId(args);
  const { subscriptions } = await eventService(bmc);
  if (!(await bmc.delete(memberOf(subscriptions, id)))) throw noSubscription(bmc, id);
}

/**
 * Lets the BMC tell somebody of its events.
 * @throws `invalid`, naming the argument
 */
export async function createSubscription(bmc: RedfishBmc, args: JsonObject): Promise<JsonObject> {
  const payload = payloadOf(args);
  const { service, subscriptions } = await eventService(bmc);
  const known = textsIn(service.body, 'EventTypesForSubscription');
  const unknown = payload.EventTypes.filter((type) => known?.includes(type) === false);
  if (unknown.length > 0 && args['EventTypes'] !== undefined)
    throw wrong('EventTypes', `EventTypes must be of ${known?.join(', ')}, not ${unknown.join(', ')}.`);
  return shown(await bmc.create(subscriptions, payload));
}

function payloadOf(args: JsonObject) {
  const unknown = Object.keys(args).filter((name) => !createArguments.includes(name));
  if (unknown.length > 0)
    throw wrong('arguments', `A subscription takes ${createArguments.join(', ')}, not ${unknown.join(', ')}.`);
  const destination = readText(args, 'Destination');
  if (destination === undefined || !URL.canParse(destination) || new URL(destination).host === '')
    throw wrong('Destination', 'Destination is required and must be a URL.');
  const headers = args['HttpHeaders'] ?? [];
  if (!Array.isArray(headers)) throw wrong('HttpHeaders', 'HttpHeaders must be a list.');
  return {
    ...{
      Destination: destination,
      Protocol: textOf(args, 'Protocol', 'Redfish'),
      Context: textOf(args, 'Context', ''),
    },
    EventTypes: typesOf(args['EventTypes'] ?? ['Alert']),
    ...(headers.length > 0 ? { HttpHeaders: headers } : {}),
  };
}

function textOf(args: JsonObject, name: string, usual: string): string {
  const value = args[name] ?? usual;
  if (typeof value === 'string') return value;
  throw wrong(name, `${name} must be text.`);
}

function typesOf(value: Json): string[] {
  const types = Array.isArray(value) ? value.filter((type) => typeof type === 'string') : [];
  if (Array.isArray(value) && types.length === value.length) return types;
  throw wrong('EventTypes', 'EventTypes must be a list of names.');
}

function requireId(args: JsonObject): string {
  const id = readText(args, 'id');
  if (id === undefined) throw wrong('id', 'The argument id of a subscription is required.');
  // These two name other resources than members, even when they are encoded.
  if (id === '.' || id === '..') throw wrong('id', 'The argument id is no name of a subscription.');
  return id;
}

const memberOf = (collection: string, id: string): string =>
  `${collection.replace(/\/$/, '')}/${encodeURIComponent(id)}`;

const noSubscription = (bmc: RedfishBmc, id: string): BessemerError =>
  new BessemerError('not-found', `The BMC at ${bmc.address} has no event subscription ${id}.`, { field: 'id' });
