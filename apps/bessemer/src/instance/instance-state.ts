import { readFile, rename, writeFile } from 'node:fs/promises';
import { BessemerError } from '@bessemer/errors';
import type { ProcessIdentity } from '../supervisor/process-identity.js';

/** A process of the instance. */
export interface ProcessState extends Partial<ProcessIdentity> {
  /** `postgres`, `nats`, `api`, `inspector`, `dhcp-manager`, `conductor-1` … */
  name: string;
  /** Where it serves, without credentials. */
  url?: string;
  /** Port of its `/health`. */
  healthPort?: number;
}

/** The ports that an instance keeps over restarts. */
export interface InstancePorts {
  api?: number;
  inspector?: number;
  nats?: number;
  postgres?: number;
}

/** What `DIR/run/state.json` holds: enough to find, ask and stop an instance from another process. */
export interface InstanceState {
  supervisor?: ProcessIdentity;
  ports: InstancePorts;
  processes: ProcessState[];
}

/** The state as the file tells it; an empty one when there is no file. Throws `invalid` for a damaged file. */
export async function readState(file: string): Promise<InstanceState> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { ports: {}, processes: [] };
    throw error;
  }
  try {
    return JSON.parse(text) as InstanceState;
  } catch (cause) {
    throw new BessemerError('invalid', `${file} is damaged.`, { remedy: `Remove ${file}.`, cause });
  }
}

/** Replaces the file at once: a reader sees the old state or the new one. */
export async function writeState(file: string, state: InstanceState): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
