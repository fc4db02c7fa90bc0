import { mergePatches, type NodePatch } from '@bessemer/contracts';
import type { StepContext } from './context.js';
import { isStepFailure } from './power-change.js';

/**
 * The BIOS settings of the machine as a patch of its record; undefined where its interface reads none that are new. That
 * they cannot be read is told and is no failure: the record keeps what was known.
 */
export async function readBiosSettings(context: StepContext): Promise<NodePatch | undefined> {
  const { bios } = context.hardware.interfaces;
  return await unlessUnreadable(context, 'the BIOS settings', async () => {
    const settings = await bios.readSettings?.(context);
    return settings === undefined ? undefined : { bios: settings };
  });
}

/** The firmware components of the machine, as {@link readBiosSettings} its settings. */
export async function readFirmwareComponents(context: StepContext): Promise<NodePatch | undefined> {
  const { firmware } = context.hardware.interfaces;
  return await unlessUnreadable(context, 'the firmware components', async () =>
    firmware.readComponents === undefined ? undefined : { firmware: await firmware.readComponents(context) },
  );
}

/** What the record keeps of the machine besides its properties: BIOS settings and firmware components. */
export async function readMachineFacts(context: StepContext): Promise<NodePatch | undefined> {
  const settings = await readBiosSettings(context);
  const components = await readFirmwareComponents(context);
  return settings === undefined && components === undefined ? undefined : mergePatches(settings, components);
}

async function unlessUnreadable(
  context: StepContext,
  what: string,
  read: () => Promise<NodePatch | undefined>,
): Promise<NodePatch | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    await context.progress(`${what} could not be read: ${error.message}`);
    return undefined;
  }
}
