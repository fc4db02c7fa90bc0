import type { Processing } from '../introspections/processing.js';
import type { Hook } from './hook.js';
import { partOf, textOf } from './inventory.js';

/** Capabilities that stand for CPU flags. */
const flagCapabilities: ReadonlyMap<string, string> = new Map([
  ['vmx', 'cpu_vt'],
  ['svm', 'cpu_vt'],
  ['aes', 'cpu_aes'],
  ['pse', 'cpu_hugepages'],
  ['pdpe1gb', 'cpu_hugepages_1g'],
  ['smx', 'cpu_txt'],
]);

/** Capabilities `boot_mode` and those of the CPU. */
export class CapabilitiesHook implements Hook {
  readonly name = 'capabilities';

  process({ data, node }: Processing): void {
    const bootMode = textOf(partOf(data, 'boot').current_boot_mode);
    if (bootMode !== null) node.setCapability('boot_mode', bootMode);
    const { flags } = partOf(data, 'cpu');
    if (!Array.isArray(flags)) return;
    for (const [flag, capability] of flagCapabilities) if (flags.includes(flag)) node.setCapability(capability, 'true');
  }
}
