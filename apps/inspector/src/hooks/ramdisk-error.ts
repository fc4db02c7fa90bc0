import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { Hook } from './hook.js';

/** Fails the introspection when the ramdisk reports that it could not look at everything. */
export class RamdiskErrorHook implements Hook {
  readonly name = 'ramdisk-error';

  before(data: JsonObject): void {
    const { error } = data;
    if (error === undefined || error === null || error === '') return;
    const text = typeof error === 'string' ? error : JSON.stringify(error);
    throw new BessemerError('invalid', `Ramdisk reported error: ${text}`, { field: 'error' });
  }
}
