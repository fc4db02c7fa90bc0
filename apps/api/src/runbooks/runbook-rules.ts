import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { RequestContext } from '../http/context.js';
import { requireDistinctSteps, stepsIn } from '../provision/steps.js';
import type { RecordValues } from '../records/record-body.js';
import { isLogicalName, shorten } from '../records/values.js';
import { isTrait, requireTraits } from '../traits/traits.repository.js';
import { behaves } from '../versions/behaviours.js';

/** Throws `invalid` for a name that the API version does not take. */
export function requireRunbookName(name: unknown, minor: number): void {
  const isAny = behaves('runbook-names', minor);
  if (isAny ? isLogicalName(name) : isTrait(name)) return;
  throw new BessemerError('invalid', `A runbook cannot be called '${shorten(name)}'.`, {
    field: 'name',
    remedy: isAny
      ? 'A name has up to 255 letters, digits, dots, hyphens, underscores and tildes, and is no UUID.'
      : 'Below API version 1.112 its name is a trait: a standard one, or CUSTOM_ followed by A-Z, 0-9 and _.',
  });
}

/** Throws `invalid` for steps that are named twice, and for a public runbook that has an owner. */
export function requireRunbook(values: RecordValues): void {
  requireDistinctSteps('The runbook', stepsIn(values['steps']));
  if (values['public'] === true && typeof values['owner'] === 'string')
    throw new BessemerError('invalid', 'There cannot be an owner for a public runbook.', {
      field: 'owner',
      remedy: 'Leave the owner out, or make the runbook not public.',
    });
}

/**
 * The owner of a new runbook: the one that was given where the whole system is in the caller's scope, else the caller's
 * project.
 *
 * @throws `invalid` for another owner and for a public runbook of a project
 */
export function ownerOfNew(values: RecordValues, { isSystemScoped, project }: RequestContext): unknown {
  const wanted = values['owner'] ?? null;
  if (isSystemScoped) return wanted;
  if (wanted !== null && wanted !== project)
    throw new BessemerError('invalid', 'A runbook cannot be created with an owner other than the own project.', {
      field: 'owner',
    });
  if (project !== null && values['public'] === true)
    throw new BessemerError('invalid', 'A public runbook cannot be created in the scope of a project.', {
      field: 'public',
    });
  return project;
}

const wrongForm = (): BessemerError =>
  new BessemerError(
    'invalid',
    'One trait is added by its name in the path and no body; all of them are replaced by the list "traits" in the body.',
    { field: 'traits' },
  );

const isEmpty = (body: unknown): boolean =>
  body === undefined || body === null || (isJsonObject(body) && Object.keys(body).length === 0);

/** The traits in the body that replaces all of them; throws `invalid`. */
export function readTraits(body: unknown): readonly string[] {
  if (!isJsonObject(body) || !Array.isArray(body['traits']) || Object.keys(body).length !== 1) throw wrongForm();
  const traits: unknown[] = body['traits'];
  requireTraits(traits);
  return traits;
}

/** Refuses a trait in the path that is none, or that comes with a body; throws `invalid`. */
export function requireTraitInPath(trait: string, body: unknown): void {
  if (!isEmpty(body)) throw wrongForm();
  requireTraits([trait]);
}
