import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { LifecycleEvent } from '@bessemer/lifecycle';
import { readDto } from '../http/read-dto.js';
import { readValue, refuseSealed } from '../records/record-body.js';
import { parseBoolean, shorten } from '../records/values.js';
import { behaves } from '../versions/behaviours.js';
import type { Field } from '../versions/field.js';
import { cleanStepMembers, deployStepMembers } from '../versions/step-members.js';
import { requireVerbArgument, verbArguments } from '../versions/verb-arguments.js';
import { ConfigDriveParts } from './provision.dto.js';
import { requireDistinctSteps, stepsIn } from './steps.js';

const invalid = (message: string, field: string): BessemerError => new BessemerError('invalid', message, { field });

/** The verb and arguments of a request, before the node is looked at. */
export interface ProvisionRequest {
  readonly target: string;
  /** The arguments that were given, each of the right type. */
  readonly given: Readonly<Record<string, unknown>>;
}

const cleanSteps: Field = { type: 'list', items: cleanStepMembers };
const stepLists: Readonly<Record<string, Field>> = {
  clean_steps: cleanSteps,
  service_steps: cleanSteps,
  deploy_steps: { type: 'list', items: deployStepMembers },
};

/** A value of the right type, whatever it means. */
function readType(name: string, value: unknown): unknown {
  if (name === 'disable_ramdisk') return parseBoolean(value, name);
  if (stepLists[name] !== undefined) {
    if (!Array.isArray(value)) throw invalid(`Expected a list for ${name}: ${shorten(value)}`, name);
    return value;
  }
  if (typeof value === 'string' || (name === 'configdrive' && isJsonObject(value))) return value;
  const types = name === 'configdrive' ? 'a string or an object' : 'a string';
  // What is meant to be a password is not repeated.
  throw invalid(`Expected ${types} for ${name}${name === 'runbook' ? `: ${shorten(value)}` : ''}`, name);
}

/**
 * Reads the form of the body; what the arguments mean is checked once the verb is known to be allowed.
 *
 * @throws `invalid` for unknown arguments and wrong types
 */
export function readProvisionRequest(body: unknown): ProvisionRequest {
  const given = body ?? {};
  if (!isJsonObject(given)) throw invalid(`${shorten(given)} is not of type 'object'`, 'body');
  const { target, ...rest } = given;
  if (target === undefined || target === null) throw invalid('Missing mandatory parameter: target', 'target');
  if (typeof target !== 'string') throw invalid(`Expected string for target: ${shorten(target)}`, 'target');
  const unknown = Object.keys(rest).filter((name) => !Object.hasOwn(verbArguments, name));
  if (unknown.length > 0) throw invalid(`Unexpected arguments: ${unknown.join(', ')}`, unknown[0] ?? '');
  const set = Object.entries(rest).filter(([, value]) => value !== null);
  for (const [name, value] of set) refuseSealed(value, name);
  return { target, given: Object.fromEntries(set.map(([name, value]) => [name, readType(name, value)])) };
}

function readConfigDrive(value: unknown, minor: number): Json {
  if (typeof value === 'string' || !isJsonObject(value)) return String(value);
  if (!behaves('config-drive-object', minor))
    throw invalid('A JSON object for configdrive is taken from API version 1.56 on.', 'configdrive');
  if (value['vendor_data'] !== undefined && !behaves('config-drive-vendor-data', minor))
    throw invalid('vendor_data in configdrive is taken from API version 1.59 on.', 'configdrive');
  readDto(ConfigDriveParts, value, 'configdrive');
  return value;
}

function readArgument(name: string, value: unknown, minor: number): Json {
  if (name === 'configdrive') return readConfigDrive(value, minor);
  const list = stepLists[name];
  if (list === undefined) return value as Json;
  const steps = readValue(name, name, list, value);
  if (name === 'deploy_steps') requireDistinctSteps(name, stepsIn(steps), name);
  return steps as Json;
}

/** Whether a value says nothing, as if it had not been given. */
const isNothing = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);

const neededLists: Readonly<Partial<Record<LifecycleEvent, string>>> = {
  clean: 'clean_steps',
  service: 'service_steps',
};

function requireGiven(event: LifecycleEvent, target: string, args: JsonObject): void {
  const list = neededLists[event];
  if (list !== undefined && args[list] === undefined && args['runbook'] === undefined)
    throw invalid(`"${list}" or "runbook" is required when setting target provision state to ${target}`, list);
  const password = args['rescue_password'];
  if (event === 'rescue' && !(typeof password === 'string' && /\S/.test(password)))
    throw invalid(
      `A non-empty "rescue_password" is required when setting target provision state to ${target}`,
      'rescue_password',
    );
}

/**
 * The arguments of a verb that the node's state allows.
 *
 * @throws `invalid` or `not-acceptable`, naming the argument
 */
export function readArguments(request: ProvisionRequest, event: LifecycleEvent, minor: number): JsonObject {
  const given = Object.entries(request.given).filter(([, value]) => !isNothing(value));
  for (const [name] of given) requireVerbArgument(name, request.target, minor);
  const args = Object.fromEntries(given.map(([name, value]) => [name, readArgument(name, value, minor)]));
  requireGiven(event, request.target, args);
  return args;
}
