import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { generate } from 'selfsigned';
import type { AgentContact } from '../core/context.js';

/** A command in the list of the double. */
export interface ListedCommand {
  id: string;
  command_name: string;
  command_status: string;
  command_error: Json;
  command_result: Json;
}

const token = 'an-agent-token-of-more-than-32-characters';

/** An agent that serves the protocol over HTTPS with its own certificate, for tests. */
export class AgentDouble {
  readonly list: ListedCommand[] = [];
  /** Every command with its parameters, as it came. */
  readonly received: { name: string; params: JsonObject }[] = [];
  /** Results by full command name. */
  readonly results: Record<string, Json> = {
    'clean.get_clean_steps': {
      clean_steps: {
        generic: [
          {
            step: 'erase_devices_metadata',
            priority: 99,
            interface: 'deploy',
            reboot_requested: false,
            abortable: true,
          },
          { step: 'burnin_cpu', priority: 0, interface: 'deploy', reboot_requested: true, abortable: true },
        ],
      },
      hardware_manager_version: { generic: '1.2' },
    },
    'deploy.get_deploy_steps': {
      deploy_steps: { generic: [{ step: 'write_image', priority: 0, interface: 'deploy' }] },
      hardware_manager_version: { generic: '1.2' },
    },
  };
  /** Commands that stay running until they are ended. */
  readonly slow = new Set<string>();
  /** Commands whose connection is cut after they were taken, once each. */
  readonly cut = new Set<string>();

  private constructor(
    private readonly server: Server,
    private readonly certificate: string,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response));
  }

  /** Starts it on a free port of loopback. */
  static async start(): Promise<AgentDouble> {
    const pair = await generate([{ name: 'commonName', value: 'agent' }], { keyType: 'ec', curve: 'P-256' });
    const server = createServer({ cert: pair.cert, key: pair.private });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new AgentDouble(server, pair.cert);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get contact(): AgentContact {
    const { port } = this.server.address() as AddressInfo;
    return { callbackUrl: `https://127.0.0.1:${port}`, token, version: '11.0', verifyCa: this.certificate };
  }

  /** The machine has booted the ramdisk again: another agent, with an empty list. */
  restart(): void {
    this.list.length = 0;
  }

  /** Ends the running command. */
  end(status = 'SUCCEEDED', error: Json = null): void {
    const running = this.list.find((command) => command.command_status === 'RUNNING');
    if (running) Object.assign(running, { command_status: status, command_error: error });
  }

  /** How often a step was executed. */
  executions(step: string): number {
    return this.received.filter(({ params }) => isJsonObject(params['step']) && params['step']['step'] === step).length;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://agent');
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const body = await text(request);
    if (url.searchParams.get('agent_token') !== token) return send(401, { faultstring: 'Token invalid.' });
    if (request.method === 'GET') return send(200, { commands: this.list });
    if (this.list.some((command) => command.command_status === 'RUNNING'))
      return send(409, { faultstring: 'Agent is busy' });
    const { name, params } = JSON.parse(body) as { name: string; params: JsonObject };
    this.received.push({ name, params });
    const command: ListedCommand = {
      id: randomUUID(),
      command_name: name.slice(name.indexOf('.') + 1),
      command_status: this.slow.has(name) ? 'RUNNING' : 'SUCCEEDED',
      command_error: null,
      command_result: this.results[name] ?? null,
    };
    this.list.push(command);
    if (this.cut.delete(name)) return void request.socket.destroy();
    send(200, command);
  }
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
