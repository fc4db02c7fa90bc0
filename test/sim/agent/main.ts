import { SimulatedAgent } from './agent.js';
import { readAgentConfiguration } from './agent-options.js';
import { consoleOf } from './console.js';
import { LookupTimedOut, TokenTaken } from './ironic-client.js';

/** Exit codes: told apart so that whoever starts an agent knows what became of it. */
const exitCodes = { failed: 1, lockedDown: 3, notFound: 4 };

async function main(): Promise<void> {
  const configuration = readAgentConfiguration(process.argv.slice(2));
  const { folder } = configuration;
  const print = consoleOf(configuration.machine.name);
  const end = (running: 'halted' | 'locked-down', code: number): void => {
    folder.clearAgentPid();
    folder.setRunning(running);
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      print('agent ends', { signal });
      process.exit(0);
    });
  }
  try {
    await new SimulatedAgent(configuration, print, (code) => process.exit(code)).run();
  } catch (error) {
    if (error instanceof TokenTaken) {
      print('agent locks itself down', { reason: error.message });
      end('locked-down', exitCodes.lockedDown);
    } else {
      print('agent gives up', { reason: error instanceof Error ? error.message : String(error) });
      end('halted', error instanceof LookupTimedOut ? exitCodes.notFound : exitCodes.failed);
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
