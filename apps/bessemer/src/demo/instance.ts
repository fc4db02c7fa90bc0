import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../main.js', import.meta.url));

/** Where the services of the demo's instance answer. */
export interface Instance {
  dataDir: string;
  apiUrl: string;
  inspectorUrl: string;
}

/** What `./bessemer status --json` says of a service. */
interface ServiceStatus {
  url?: string;
  pid?: number;
  healthy?: boolean;
}

/** The answer of `./bessemer status --json`. */
export interface InstanceStatus {
  api: ServiceStatus;
  inspector: ServiceStatus;
  dhcpManager: ServiceStatus;
  conductors: ServiceStatus[];
  nats: ServiceStatus;
  postgres: ServiceStatus;
}

/**
 * Starts an instance of its own for the demo and returns when all of it is ready.
 *
 * @param dataDir its folder
 * @param options arguments of `up` beyond the folder, and variables for the services
 * @throws when it does not come up; the services' own words are on standard error
 */
export async function startInstance(
  dataDir: string,
  options: { arguments: readonly string[]; environment: Record<string, string> },
): Promise<Instance> {
  const ports = ['--port', '0', '--inspector-port', '0'];
  await runCommand(['up', '-d', '--data', dataDir, ...ports, ...options.arguments], options.environment);
  const status = await readStatus(dataDir);
  if (!status.api.url || !status.inspector.url) throw new Error('The instance is up, but says no URL.');
  return { dataDir, apiUrl: status.api.url, inspectorUrl: status.inspector.url };
}

/** What the instance says of its services. */
export async function readStatus(dataDir: string): Promise<InstanceStatus> {
  return JSON.parse(await runCommand(['status', '--json', '--data', dataDir], {}));
}

/** Stops the instance. */
export async function stopInstance(dataDir: string): Promise<void> {
  await runCommand(['down', '--data', dataDir], {});
}

function runCommand(args: readonly string[], environment: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`bessemer ${args[0]} ended with exit code ${code}.\n${output}`));
    });
  });
}
