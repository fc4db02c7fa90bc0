import { answersTcp, askHealth } from '../supervisor/health.js';
import { isAlive } from '../supervisor/process-identity.js';
import type { DataFolder } from './data-folder.js';
import { type ProcessState, readState } from './instance-state.js';

/** How one process of the instance is; the answer of `./bessemer status --json` is made of these. */
export interface ServiceStatus {
  name: string;
  url: string | null;
  /** Null when it does not run, or runs elsewhere. */
  pid: number | null;
  healthy: boolean;
  /** Why it is not healthy. */
  reason?: string;
}

/** How the instance is. */
export interface InstanceStatus {
  api: ServiceStatus;
  inspector: ServiceStatus;
  dhcpManager: ServiceStatus;
  conductors: ServiceStatus[];
  nats: ServiceStatus;
  postgres: ServiceStatus;
}

/** Asks every process of the instance in that folder how it is; whatever does not run is unhealthy. */
export async function readStatus(folder: DataFolder): Promise<InstanceStatus> {
  const { processes } = await readState(folder.stateFile);
  const find = (name: string): ProcessState => processes.find((entry) => entry.name === name) ?? { name };
  const conductors = processes
    .filter(({ name }) => name.startsWith('conductor-'))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const [api, inspector, dhcpManager, nats, postgres, ...others] = await Promise.all([
    ask(find('api')),
    ask(find('inspector')),
    ask(find('dhcp-manager')),
    ask(find('nats')),
    ask(find('postgres')),
    ...conductors.map(ask),
  ]);
  return { api, inspector, dhcpManager, conductors: others, nats, postgres };
}

async function ask(entry: ProcessState): Promise<ServiceStatus> {
  const { name, pid, startTime, url, healthPort } = entry;
  const runs = pid !== undefined && startTime !== undefined && (await isAlive({ pid, startTime }));
  const status = { name, url: url ?? null, pid: runs ? pid : null };
  if (!runs && pid !== undefined) return { ...status, healthy: false, reason: 'it does not run' };
  if (healthPort !== undefined) return { ...status, ...(await askHealth(healthPort)) };
  if (url !== undefined && (await answersTcp(url))) return { ...status, healthy: true };
  return { ...status, healthy: false, reason: url === undefined ? 'it does not run' : 'it does not answer' };
}
