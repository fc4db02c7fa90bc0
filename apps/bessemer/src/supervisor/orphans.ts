import type { InstanceState } from '../instance/instance-state.js';
import { isAlive, type ProcessIdentity, terminate } from './process-identity.js';

const stopTimeoutMs = 10_000;

/**
 * Ends the processes of a state file that outlived their supervisor: services first, then the servers that they use.
 *
 * @param say gets a line for each
 * @returns how many there were
 */
export async function stopOrphans(state: InstanceState, say: (line: string) => void): Promise<number> {
  const alive: (ProcessIdentity & { name: string })[] = [];
  for (const { name, pid, startTime } of state.processes) {
    if (pid === undefined || startTime === undefined) continue;
    if (await isAlive({ pid, startTime })) alive.push({ name, pid, startTime });
  }
  const isServer = ({ name }: { name: string }) => name === 'postgres' || name === 'nats';
  for (const group of [alive.filter((orphan) => !isServer(orphan)), alive.filter(isServer)]) {
    await Promise.all(
      group.map(async (orphan) => {
        say(`${orphan.name} (pid ${orphan.pid}) outlived its supervisor and is stopped`);
        // SIGTERM lets Postgres wait for its clients for ever; SIGINT does not.
        await terminate(orphan, orphan.name === 'postgres' ? 'SIGINT' : 'SIGTERM', stopTimeoutMs);
      }),
    );
  }
  return alive.length;
}
