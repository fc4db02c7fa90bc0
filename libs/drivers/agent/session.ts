import { readFile } from 'node:fs/promises';
import type { Json, JsonObject } from '@bessemer/contracts';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import type { StepContext } from '../core/context.js';
import { readBoolean } from '../core/driver-info.js';
import { AgentClient, type AgentCommand } from './client.js';
import { maskSecrets } from './masking.js';

/**
 * Opens a client to the node's agent for the time of `work`.
 * @throws `hardware-failure` when no agent has called back
 */
export async function withAgent<T>(context: StepContext, work: (agent: AgentClient) => Promise<T>): Promise<T> {
  if (!context.agent)
    throw new BessemerError('hardware-failure', `No agent of node ${context.node.uuid} has called back.`, {
      remedy: 'Check that the machine has booted its ramdisk and reaches the api.',
    });
  const client = new AgentClient(context.agent, context.signal, { verify: await verification(context) });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** What `driver_info/agent_verify_ca` says: true, false, or the text of the file that it names. */
async function verification(context: StepContext): Promise<boolean | string> {
  const value = context.node.driver_info['agent_verify_ca'];
  if (typeof value !== 'string' || !value.startsWith('/'))
    return readBoolean(context.node.driver_info, 'agent_verify_ca') ?? true;
  try {
    return await readFile(value, 'utf8');
  } catch (error) {
    throw new BessemerError('invalid', 'The file that agent_verify_ca names cannot be read by the conductor.', {
      field: 'driver_info/agent_verify_ca',
      remedy: 'Put the certificate authority there, or take agent_verify_ca out.',
      cause: error,
    });
  }
}

/** The node and its ports as an agent's commands carry them, secrets taken out. */
export function nodeParameters(context: StepContext): { node: JsonObject; ports: Json[] } {
  const { driver_info, driver_internal_info, instance_info, ...record } = context.node;
  const node = {
    ...record,
    driver_info: maskSecrets(driver_info),
    driver_internal_info: maskSecrets(driver_internal_info),
    instance_info: maskSecrets(instance_info),
  };
  return { node: JSON.parse(JSON.stringify(node)), ports: JSON.parse(JSON.stringify(context.ports)) };
}

/** Whether the agent has just started: nothing was asked of it but what steps it has. */
export function isFresh(commands: readonly AgentCommand[]): boolean {
  return commands.every((command) => /^get_(clean|deploy|service)_steps$/.test(command.command_name));
}

/** Whether it is a refusal or silence of the agent, which another way may make up for. */
export function isAgentFailure(error: unknown): boolean {
  return isBessemerError(error) && error.code === 'hardware-failure';
}
