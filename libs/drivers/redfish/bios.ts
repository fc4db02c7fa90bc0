import type { BiosSetting } from '@bessemer/contracts';
import type { StepContext } from '../core/context.js';
import type { BiosInterface } from '../core/interfaces.js';
import { readBiosSettings } from '../core/machine-facts.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome, isStepFailure } from '../core/power-change.js';
import { defineStep, type StepDefinition } from '../core/step.js';
import { redfishProperties, validateAccess } from './access.js';
import {
  digestOf,
  lastApplied,
  openSettings,
  readBios,
  refusalsIn,
  settingsOf,
  stageFactoryReset,
  stageSettings,
  wantedSettings,
} from './bios-attributes.js';
import { type AttributeFacts, readRegistry } from './bios-registry.js';
import type { Redfish, RedfishBmc } from './redfish.js';
import type { Resource } from './resource.js';
import { isLeft, leave, settle } from './settling.js';

/** What both steps have in common: the machine takes changes of its BIOS settings when it starts. */
const onStart = {
  interface: 'bios',
  priorities: { clean: 0, deploy: 0, service: 0 },
  abortable: false,
} satisfies Partial<StepDefinition>;

/** BIOS settings by Redfish. */
export class RedfishBios implements BiosInterface {
  readonly kind = 'bios';
  readonly name = 'redfish';
  readonly properties = redfishProperties;
  readonly steps = [
    defineStep({
      ...onStart,
      name: 'apply_configuration',
      args: { settings: { description: 'The BIOS settings to apply, each {"name": …, "value": …}.', required: true } },
      run: (context) => failingAsOutcome(() => this.apply(context)),
    }),
    defineStep({
      ...onStart,
      name: 'factory_reset',
      run: (context) => failingAsOutcome(() => this.reset(context)),
    }),
  ];

  constructor(private readonly redfish: Redfish) {}

  validate = validateAccess;

  /** With what the machine's registry says of them. A registry that cannot be read is told and is no failure. */
  async readSettings(context: StepContext): Promise<BiosSetting[]> {
    return await this.redfish.at(context, async (bmc) => {
      const bios = await readBios(bmc);
      return settingsOf(bios, await factsOf(context, bmc, bios));
    });
  }

  private async apply(context: StepContext): Promise<StepOutcome> {
    const wanted = wantedSettings(context.args['settings']);
    if (!isLeft(context)) {
      const isChanged = await this.redfish.at(context, async (bmc) => {
        const bios = await readBios(bmc);
        const facts = await factsOf(context, bmc, bios);
        await context.remember({ ...context.memory, appliedBefore: lastApplied(bios) ?? null });
        return await stageSettings(bmc, bios, facts, wanted);
      });
      if (!isChanged) return done(await readBiosSettings(context));
      await leave(context);
    }
    return await settle(context, this.redfish, {
      title: 'apply its BIOS settings',
      needsRestart: true,
      mayLookTheSame: false,
      look: async (bmc) => {
        const bios = await readBios(bmc);
        const open = openSettings(bios, wanted);
        const isNewer = (lastApplied(bios) ?? null) !== context.memory['appliedBefore'];
        const refusals = isNewer ? refusalsIn(bios) : [];
        return {
          isDone: open.length === 0,
          open: `${open.map(({ name }) => name).join(', ')} as before`,
          ...(open.length > 0 && refusals.length > 0 ? { refusal: refusals.join(' ') } : {}),
        };
      },
      conclude: () => readBiosSettings(context),
    });
  }

  private async reset(context: StepContext): Promise<StepOutcome> {
    if (!isLeft(context)) {
      await this.redfish.at(context, async (bmc) => {
        await stageFactoryReset(bmc, await readBios(bmc));
        // Some BMCs show the factory's settings at once, long before the machine has them.
        await context.remember({ ...context.memory, before: digestOf(await readBios(bmc)) });
      });
      await leave(context);
    }
    return await settle(context, this.redfish, {
      title: 'reset its BIOS settings',
      needsRestart: true,
      // They may have been the factory's already.
      mayLookTheSame: true,
      look: async (bmc) => ({
        isDone: digestOf(await readBios(bmc)) !== context.memory['before'],
        open: 'all settings as before',
      }),
      conclude: () => readBiosSettings(context),
    });
  }
}

/** What the registry says; nothing where it cannot be read, which is told. */
async function factsOf(
  context: StepContext,
  bmc: RedfishBmc,
  bios: Resource,
): Promise<ReadonlyMap<string, AttributeFacts>> {
  try {
    return await readRegistry(bmc, bios);
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    await context.progress(`what the BIOS settings take could not be read: ${error.message}`);
    return new Map();
  }
}
