import type { NodePatch } from '@bessemer/contracts';
import type { StepContext } from './context.js';
import { isStepFailure } from './power-change.js';

/**
 * The BIOS settings of the machine as a patch of its record; undefined where its interface reads none. That they cannot
 * be read is told and is no failure: the record keeps what was known.
 */
export async function readBiosSettings(context: StepContext): Promise<NodePatch | undefined> {
  const { bios } = context.hardware.interfaces;
  if (bios.readSettings === undefined) return undefined;
  try {
    return { bios: await bios.readSettings(context) };
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    await context.progress(`the BIOS settings could not be read: ${error.message}`);
    return undefined;
  }
}
