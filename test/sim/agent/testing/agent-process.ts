import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, fetch } from 'undici';
import { MachineFolder } from '../../machine/machine-folder.js';
import type { AgentOptions } from '../agent-options.js';
import type { Faults } from '../faults.js';
import type { FakeApi, ReceivedRequest } from './fake-api.js';

const program = fileURLToPath(new URL('../main.js', import.meta.url));

/** What an agent answered. */
export interface AgentAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** How an agent is started for a test. */
export interface AgentSetup {
  readonly faults?: Faults;
  readonly agent?: Partial<AgentOptions>;
  readonly boot?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** One agent process on a machine of its own, in a temporary folder. */
export class AgentProcess {
  readonly folder = new MachineFolder(mkdtempSync(join(tmpdir(), 'sim-agent-')));
  readonly exited: Promise<number | null>;
  private readonly process: ChildProcess;
  private dispatcher: Agent | undefined;
  private base = '';
  output = '';

  constructor(api: FakeApi, setup: AgentSetup = {}) {
    this.folder.writeJson(this.folder.machinePath, {
      machine: { name: 'm0', mac: ['FA:16:3e:2a:0e:36', 'fa:16:3e:2a:0e:37'], diskGb: 1, bmcAddress: '127.0.0.1' },
      agent: { timeScale: 0.01, heartbeatIntervalS: 30, ...setup.agent },
    });
    this.folder.writeJson(this.folder.bootParametersPath, { 'ipa-api-url': api.url, ...setup.boot });
    this.folder.writeJson(this.folder.faultsPath, setup.faults ?? {});
    this.process = spawn(process.execPath, [program, '--config', this.folder.machinePath, ...(setup.args ?? [])]);
    const keep = (data: Buffer): void => {
      this.output += data.toString();
    };
    this.process.stdout?.on('data', keep);
    this.process.stderr?.on('data', keep);
    this.exited = new Promise((resolve) => this.process.once('close', resolve));
  }

  /** Talks from now on to the agent that sent this heartbeat, its certificate verified by the one that it bears. */
  reach(heartbeat: ReceivedRequest): void {
    this.base = String(heartbeat.body.callback_url);
    const ca = heartbeat.body.agent_verify_ca;
    this.dispatcher = new Agent({ connect: typeof ca === 'string' ? { ca } : {} });
  }

  /** Sends a request to the agent's API. */
  async request(method: string, path: string, json?: unknown): Promise<AgentAnswer> {
    const answer = await fetch(`${this.base}${path}`, {
      method,
      dispatcher: this.dispatcher,
      headers: { 'content-type': 'application/json' },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  /** Gives the agent a command. */
  command(token: string, name: string, params: unknown, wait = true): Promise<AgentAnswer> {
    return this.request('POST', `/v1/commands/?wait=${wait}&agent_token=${token}`, { name, params });
  }

  /** Ends the agent and removes its machine. */
  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
    await this.dispatcher?.close();
    rmSync(this.folder.path, { recursive: true, force: true });
  }
}
