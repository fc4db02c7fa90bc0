import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';

/** The largest message, bytes of its JSON (DESIGN.md §3). */
export const maxMessageBytes = 256 * 1024;

/** A CloudEvent 1.0 in JSON, as it stands in the payload of a message. */
export interface CloudEvent {
  specversion: '1.0';
  /** The outbox row's id: the same in every attempt, so the key of inboxes. */
  id: string;
  source: string;
  type: string;
  subject: string;
  /** RFC 3339. */
  time: string;
  datacontenttype: 'application/json';
  /** The key of the order (CloudEvents' partitioning extension). */
  partitionkey?: string;
  /** W3C trace context (CloudEvents' distributed tracing extension). */
  traceparent?: string;
  data: object;
}

/** A CloudEvent that came in: its envelope checked, its data not yet. */
export interface ReceivedEvent {
  id: string;
  source: string;
  type: string;
  subject: string;
  time: Date;
  partitionkey: string | undefined;
  traceparent: string | undefined;
  data: JsonObject;
}

/**
 * Reads a payload.
 *
 * @param subject the NATS subject, where the envelope names none
 * @throws `invalid` when it is no JSON, no CloudEvent 1.0 or has no JSON object as data
 */
export function parseCloudEvent(payload: string, subject: string): ReceivedEvent {
  const event = parseJson(payload);
  if (!isJsonObject(event)) throw new BessemerError('invalid', 'The message is no CloudEvent: it is no JSON object.');
  if (event['specversion'] !== '1.0') throw faulty('specversion', '"1.0"');
  const { data } = event;
  if (!isJsonObject(data)) throw faulty('data', 'a JSON object');
  const time = new Date(text(event, 'time'));
  if (Number.isNaN(time.getTime())) throw faulty('time', 'a time');
  return {
    id: text(event, 'id'),
    source: text(event, 'source'),
    type: text(event, 'type'),
    subject: optionalText(event, 'subject') ?? subject,
    time,
    partitionkey: optionalText(event, 'partitionkey'),
    traceparent: optionalText(event, 'traceparent'),
    data,
  };
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch (cause) {
    throw new BessemerError('invalid', 'The message is no JSON.', { cause });
  }
}

function text(event: JsonObject, name: string): string {
  const value = event[name];
  if (typeof value !== 'string' || value === '') throw faulty(name, 'a text');
  return value;
}

function optionalText(event: JsonObject, name: string): string | undefined {
  const value = event[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function faulty(field: string, expected: string): BessemerError {
  return new BessemerError('invalid', `The message is no CloudEvent: ${field} is not ${expected}.`, { field });
}
