import { spawn } from 'node:child_process';
import { callApi } from '../api-client/api-client.js';
import { cliCredentials } from '../api-client/credentials.js';

/** A node as far as the demo looks at it. */
export interface DemoNode {
  uuid: string;
  name: string | null;
  provision_state: string;
  power_state: string | null;
  properties: Record<string, unknown>;
  last_error: string | null;
}

/** All nodes with their details. */
export async function listNodes(apiUrl: string): Promise<DemoNode[]> {
  const fields = 'uuid,name,provision_state,power_state,properties,last_error';
  const { nodes } = await callApi<{ nodes: DemoNode[] }>(`${apiUrl}/v1/nodes?fields=${fields}`);
  return nodes;
}

/**
 * Runs the unmodified `baremetal` CLI against the api; throws with what it printed when it fails.
 *
 * @param apiUrl where it is pointed at
 * @param args for example `['node', 'deploy', uuid]`
 */
export function baremetal(apiUrl: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('baremetal', [...args], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        OS_ENDPOINT: apiUrl,
        ...cliCredentials(process.env),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`baremetal ${args.join(' ')} ended with ${code}: ${output.trim()}`));
    });
  });
}
