import type { Implementation } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';

/** Storage that lies in the machine: nothing to attach. */
export class NoopStorage implements Implementation {
  readonly kind = 'storage';
  readonly name = 'noop';
  readonly properties = [];
  readonly steps = [];

  validate = nothingToDo;
}
