import type { Command } from 'commander';
import { register as bench } from './bench.js';
import { register as check } from './check.js';
import { register as deadLetters } from './dead-letters.js';
import { register as demo } from './demo.js';
import { register as down } from './down.js';
import { register as logs } from './logs.js';
import { register as node } from './node.js';
import { register as status } from './status.js';
import { register as test } from './test.js';
import { register as up } from './up.js';

/** Every command of `./bessemer`, in the order of its help; each adds itself to the program. */
export const commands: readonly ((program: Command) => void)[] = [
  demo,
  up,
  down,
  status,
  logs,
  node,
  deadLetters,
  check,
  test,
  bench,
];
