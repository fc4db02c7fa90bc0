import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { LifecycleEvent } from '@bessemer/lifecycle';
import { instanceToPlain } from 'class-transformer';
import { readDto } from '../http/read-dto.js';
import { parseBoolean, shorten } from '../records/values.js';
import { behaves } from '../versions/behaviours.js';
import { requireVerbArgument, verbArguments } from '../versions/verb-arguments.js';
import { CleanSteps, ConfigDriveParts, DeploySteps, RescuePassword } from './provision.dto.js';

const forbiddenSteps = new Set(['vendor.send_raw']);

const invalid = (message: string, field: string): BessemerError => new BessemerError('invalid', message, { field });

/** The verb and arguments of a request, before the node is looked at. */
export interface ProvisionRequest {
  readonly target: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/** Reads the form of the body; what the arguments mean is checked once the verb is known to be allowed. */
export function readProvisionRequest(body: unknown): ProvisionRequest {
  const given = body ?? {};
  if (!isJsonObject(given)) throw invalid(`${shorten(given)} is not of type 'object'`, 'body');
  const { target, ...rest } = given;
  if (target === undefined || target === null) throw invalid('Missing mandatory parameter: target', 'target');
  if (typeof target !== 'string') throw invalid(`Expected string for target: ${shorten(target)}`, 'target');
  const unknown = Object.keys(rest).filter((name) => !Object.hasOwn(verbArguments, name));
  if (unknown.length > 0) throw invalid(`Unexpected arguments: ${unknown.join(', ')}`, unknown[0] ?? '');
  const set = Object.entries(rest).filter(([, value]) => value !== null);
  return { target, given: Object.fromEntries(set) };
}

function readSteps(name: string, value: unknown): Json {
  if (!Array.isArray(value)) throw invalid(`Expected a list for ${name}: ${shorten(value)}`, name);
  const { steps } = readDto<CleanSteps | DeploySteps>(
    name === 'deploy_steps' ? DeploySteps : CleanSteps,
    { steps: value },
    name,
  );
  for (const { interface: kind, step } of steps)
    if (forbiddenSteps.has(`${kind}.${step}`))
      throw invalid(`The step ${kind}.${step} is not allowed in ${name}.`, name);
  const pairs = steps.map(({ interface: kind, step }) => `${kind}.${step}`);
  if (name === 'deploy_steps' && new Set(pairs).size < pairs.length)
    throw invalid(`Invalid ${name}: a step is named twice.`, name);
  return instanceToPlain(steps) as Json;
}

function readConfigDrive(value: unknown, minor: number): Json {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value))
    throw invalid(`Expected a string or an object for configdrive: ${shorten(value)}`, 'configdrive');
  if (!behaves('config-drive-object', minor))
    throw invalid('A JSON object for configdrive is taken from API version 1.56 on.', 'configdrive');
  if (value['vendor_data'] !== undefined && !behaves('config-drive-vendor-data', minor))
    throw invalid('vendor_data in configdrive is taken from API version 1.59 on.', 'configdrive');
  readDto(ConfigDriveParts, value, 'configdrive');
  return value;
}

function readArgument(name: string, value: unknown, minor: number): Json {
  switch (name) {
    case 'configdrive':
      return readConfigDrive(value, minor);
    case 'disable_ramdisk':
      return parseBoolean(value, name);
    case 'rescue_password':
      return typeof value === 'string' ? value : '';
    case 'runbook':
      throw invalid('No runbook of that name or UUID exists.', name);
    default:
      return readSteps(name, value);
  }
}

function requireGiven(event: LifecycleEvent, target: string, args: JsonObject): void {
  const steps = event === 'clean' ? 'clean_steps' : event === 'service' ? 'service_steps' : null;
  const given = steps === null ? null : args[steps];
  if (steps !== null && !(Array.isArray(given) && given.length > 0))
    throw invalid(`"${steps}" is required when setting target provision state to ${target}`, steps);
  if (event !== 'rescue') return;
  try {
    readDto(RescuePassword, { rescue_password: args['rescue_password'] }, 'rescue_password');
  } catch (cause) {
    throw new BessemerError(
      'invalid',
      'A non-empty "rescue_password" is required when setting target provision state to rescue',
      { field: 'rescue_password', cause },
    );
  }
}

/**
 * The arguments of a verb that the node's state allows.
 *
 * @throws `invalid` or `not-acceptable`, naming the argument
 */
export function readArguments(request: ProvisionRequest, event: LifecycleEvent, minor: number): JsonObject {
  const args: JsonObject = {};
  for (const [name, value] of Object.entries(request.given)) {
    requireVerbArgument(name, request.target, minor);
    if (Array.isArray(value) && value.length === 0) continue;
    args[name] = readArgument(name, value, minor);
  }
  requireGiven(event, request.target, args);
  return args;
}
