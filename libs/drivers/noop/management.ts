import { BessemerError } from '@bessemer/errors';
import type { ManagementInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';

/**
 * Management of a machine that nobody can manage from outside: its boot device is set by hand, so setting it is taken
 * as done, and reading it answers that it is not known.
 */
export class NoopManagement implements ManagementInterface {
  readonly kind = 'management';
  readonly name = 'noop';
  readonly properties = [];
  readonly steps = [];

  validate = nothingToDo;

  async getSupportedBootDevices(): Promise<string[]> {
    return ['pxe', 'disk'];
  }

  async getBootDevice(): Promise<{ boot_device: null; persistent: null }> {
    return { boot_device: null, persistent: null };
  }

  async setBootDevice(_context: unknown, device: string): Promise<void> {
    if (device !== 'pxe' && device !== 'disk')
      throw new BessemerError('invalid', `Invalid boot device ${device} specified.`, {
        field: 'boot_device',
        remedy: 'Supported boot devices: pxe, disk.',
      });
  }
}
