import { createHash } from 'node:crypto';
import { type BlobReference, isJsonObject, type Json } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { StepContext } from '../core/context.js';

function referenceOf(value: Json): BlobReference | undefined {
  if (!isJsonObject(value)) return undefined;
  const { ref, sha256, size } = value;
  if (typeof ref !== 'string' || typeof sha256 !== 'string' || typeof size !== 'number') return undefined;
  return { ref, sha256, size };
}

function notBuilt(): BessemerError {
  return new BessemerError(
    'unsupported',
    'A config drive given as JSON cannot be written by the direct interface yet.',
    { field: 'configdrive', remedy: 'Give it as a URL or as the base64 text of a gzipped image.' },
  );
}

/**
 * Checks what can be told of a config drive before it is fetched.
 * @throws `unsupported` for one given as JSON, which is not built here
 */
export function validateConfigDrive(drive: Json | undefined): void {
  if (drive === undefined || drive === null || typeof drive === 'string') return;
  if (referenceOf(drive) === undefined) throw notBuilt();
}

/**
 * The config drive of the deployment, the verb's or else the instance's: the base64 text of a gzipped image or a URL.
 * @returns undefined for none
 * @throws `unsupported` for one given as JSON; `hardware-failure` when its owner gives something else than was kept
 */
export async function readConfigDrive(context: StepContext): Promise<string | undefined> {
  const drive = context.taskArguments['configdrive'] ?? context.node.instance_info['configdrive'];
  if (drive === undefined || drive === null || drive === '') return undefined;
  if (typeof drive === 'string') return drive;
  const reference = referenceOf(drive);
  if (reference === undefined || context.fetchBlob === undefined) throw notBuilt();
  const body = await context.fetchBlob(reference);
  if (body.length !== reference.size || createHash('sha256').update(body).digest('hex') !== reference.sha256)
    throw new BessemerError('hardware-failure', 'The config drive is not the one that was kept.', {
      remedy: 'Deploy again with the config drive.',
    });
  const text = body.toString('utf8');
  if (text.trimStart().startsWith('{')) throw notBuilt();
  return text;
}
