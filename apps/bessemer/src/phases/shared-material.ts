import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { repositoryRoot } from '../instance/instance-options.js';

/** Folder with the recordings of the original's answers and the checks by unmodified clients. */
export const sharedFolder = resolve(process.env['BESSEMER_SHARED'] || join(repositoryRoot, '..', 'shared'));

/** Why a phase that needs this file of {@link sharedFolder} cannot run; undefined when it can. */
export function missingMaterial(path: string): string | undefined {
  const file = join(sharedFolder, path);
  return existsSync(file) ? undefined : `skipped: no ${file}; BESSEMER_SHARED names its folder`;
}
