import { readFile } from 'node:fs/promises';
import type { MachineFolder } from '../../machine/machine-folder.js';
import type { AgentExtension } from '../command-runner.js';
import { packLogs } from '../system-logs.js';

/** The `log` extension: the machine's console and the agent's log as one archive. */
export function logExtension(folder: MachineFolder): AgentExtension {
  return {
    collect_system_logs: {
      isSync: true,
      run: async () => ({
        system_logs: packLogs({
          'console.log': folder.console(),
          'agent.log': await readFile(folder.agentLogPath, 'utf8'),
        }),
      }),
    },
  };
}
