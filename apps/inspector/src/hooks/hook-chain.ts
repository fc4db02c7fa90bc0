import type { JsonObject } from '@bessemer/contracts';
import { BessemerError, toBessemerError } from '@bessemer/errors';
import type { Processing } from '../introspections/processing.js';
import { ArchitectureHook } from './architecture.js';
import { CapabilitiesHook } from './capabilities.js';
import type { Hook, HookSettings } from './hook.js';
import { PortsHook } from './ports.js';
import { RamdiskErrorHook } from './ramdisk-error.js';
import { SchedulerHook } from './scheduler.js';
import { ValidateInterfacesHook } from './validate-interfaces.js';

/** The order unless an operator chooses another. */
export const defaultHooks = [
  'ramdisk-error',
  'validate-interfaces',
  'ports',
  'architecture',
  'scheduler',
  'capabilities',
] as const;

/** ironic-inspector's names of hooks that have another one here. */
const aliases: Readonly<Record<string, string>> = {
  ramdisk_error: 'ramdisk-error',
  validate_interfaces: 'validate-interfaces',
  'boot-mode': 'capabilities',
  'cpu-capabilities': 'capabilities',
  cpus: 'scheduler',
  memory: 'scheduler',
};

/** The hooks in the order in which they run. */
export class HookChain {
  private readonly hooks: readonly Hook[];

  /**
   * @param names hooks in their order
   * @throws `invalid` for a hook that does not exist, stands twice, or stands before one that it depends on
   */
  constructor(names: readonly string[], settings: HookSettings) {
    const available = new Map<string, Hook>(
      [
        new RamdiskErrorHook(),
        new ValidateInterfacesHook(settings),
        new PortsHook(settings),
        new ArchitectureHook(),
        new SchedulerHook(),
        new CapabilitiesHook(),
      ].map((hook) => [hook.name, hook]),
    );
    this.hooks = [...new Set(names.map((name) => aliases[name] ?? name))].map((name) => {
      const hook = available.get(name);
      if (hook) return hook;
      throw new BessemerError('invalid', `There is no inspection hook "${name}".`, {
        remedy: `Choose from ${[...available.keys()].join(', ')}.`,
      });
    });
    this.checkDependencies();
    if (settings.addPorts === 'disabled' && settings.keepPorts === 'added')
      throw new BessemerError('invalid', 'Keeping only added ports while none are added would delete all ports.');
  }

  /** Runs the first phase of every hook and returns what failed, in words. */
  before(data: JsonObject): string[] {
    const failures: string[] = [];
    for (const hook of this.hooks) {
      try {
        hook.before?.(data);
      } catch (error) {
        failures.push(`Preprocessing hook ${hook.name}: ${toBessemerError(error).message}`);
      }
    }
    return failures;
  }

  /** Runs the second phase; the first failure ends it. */
  process(processing: Processing): void {
    for (const hook of this.hooks) hook.process?.(processing);
  }

  private checkDependencies(): void {
    const names = this.hooks.map((hook) => hook.name);
    for (const [position, hook] of this.hooks.entries())
      for (const dependency of hook.dependencies ?? [])
        if (!names.slice(0, position).includes(dependency))
          throw new BessemerError('invalid', `The inspection hook "${hook.name}" needs "${dependency}" before it.`);
  }
}
