import type { Processing } from '../introspections/processing.js';
import type { Hook } from './hook.js';
import { partOf, textOf } from './inventory.js';

/** `properties.cpu_arch`. */
export class ArchitectureHook implements Hook {
  readonly name = 'architecture';

  process({ data, node, warnings }: Processing): void {
    const architecture = textOf(partOf(data, 'cpu').architecture);
    if (architecture === null) {
      warnings.push('The inventory names no CPU architecture.');
      return;
    }
    data.cpu_arch = architecture;
    node.set(['properties', 'cpu_arch'], architecture);
  }
}
