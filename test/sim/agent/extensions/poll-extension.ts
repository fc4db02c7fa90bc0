import type { AgentExtension } from '../command-runner.js';

/** The `poll` extension, for an agent that waits to be asked. */
export function pollExtension(inventory: () => unknown): AgentExtension {
  return {
    get_hardware_info: { isSync: true, run: async () => inventory() },
    set_node_info: { isSync: true, needs: ['node_info'], run: async () => null },
  };
}
