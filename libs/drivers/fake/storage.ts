import type { Implementation } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';

/** Storage of the simulated machine: every volume is attached already. */
export class FakeStorage implements Implementation {
  readonly kind = 'storage';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [];

  validate = nothingToDo;
}
