import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const mainProgram = fileURLToPath(new URL('../../../apps/bessemer/dist/main.js', import.meta.url));
const version = '1.115';

/** The services, each with a schema and a user of the bus by its name. */
export const services = ['api', 'conductor', 'inspector', 'dhcp'] as const;

/** What the command of a user did. */
export interface CommandResult {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

/** An answer of the api. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

interface Kept {
  databasePasswords: Record<string, string>;
  busPasswords: Record<string, string>;
}

interface StateFile {
  processes: { name: string; pid?: number; url?: string }[];
}

/** An instance with all its services and embedded servers, run by the command as a user runs it. */
export class RunningInstance {
  /** Told of each answer of the api. */
  onAnswer: (request: string, answer: Answer) => void = () => undefined;

  private constructor(
    private readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  /** @param env variables for `./bessemer up`, which takes free ports */
  static async start(purpose: string, env: Record<string, string> = {}): Promise<RunningInstance> {
    const instance = new RunningInstance(await mkdtemp(join(tmpdir(), `bessemer-e2e-${purpose}-`)), env);
    const { code, stderr } = await instance.command('up', '-d', '--port', '0', '--inspector-port', '0');
    if (code !== 0) throw new Error(`the instance in ${instance.folder} did not come up: ${stderr}`);
    return instance;
  }

  /** Its `--data`. */
  get data(): string {
    return join(this.folder, 'data');
  }

  get apiUrl(): string {
    return this.process('api').url ?? '';
  }

  get natsUrl(): string {
    return this.process('nats').url ?? '';
  }

  /** A file or folder of the test, beside the data of the instance. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** A process of the instance as its state file names it now. */
  process(name: string): StateFile['processes'][number] {
    const state: StateFile = JSON.parse(readFileSync(join(this.data, 'run', 'state.json'), 'utf8'));
    return state.processes.find((candidate) => candidate.name === name) ?? { name };
  }

  /** The password of a user of the bus. */
  async busPassword(user: string): Promise<string> {
    return (await this.secrets()).busPasswords[user] ?? '';
  }

  /** Runs `./bessemer … --data DIR` to its end. */
  command(command: string, ...args: string[]): Promise<CommandResult> {
    return this.commandIn(this.data, command, ...args);
  }

  /** Runs a command on another folder. */
  commandIn(data: string, command: string, ...args: string[]): Promise<CommandResult> {
    return this.follow(() => undefined, data, command, ...args);
  }

  /** Runs a command and tells each line that it prints, when it does. */
  follow(onLine: (line: string) => void, data: string, command: string, ...args: string[]): Promise<CommandResult> {
    const words = [...command.split(' '), '--data', data, ...args];
    const env = { PATH: process.env.PATH, HOME: this.folder, ...this.env };
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [mainProgram, ...words],
        { env, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr }),
      );
      if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine);
    });
  }

  /** Sends a request to the api; `body` is sent as it is when it is text, else as JSON. */
  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.apiUrl}${path}`, {
      method,
      headers: { 'x-openstack-ironic-api-version': version, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, text, body: text ? JSON.parse(text) : {} };
    this.onAnswer(`${method} ${path}`, answer);
    return answer;
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  /** Rows of a service's schema, read with the rights of that service. */
  async query<Row extends pg.QueryResultRow>(service: string, sql: string, values: unknown[] = []): Promise<Row[]> {
    const url = new URL(this.process('postgres').url ?? '');
    url.username = `${url.pathname.slice(1)}_${service}`;
    url.password = (await this.secrets()).databasePasswords[service] ?? '';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * Stops it.
   *
   * @param keep whether its logs and data stay, to be looked at
   */
  async stop(keep: boolean): Promise<void> {
    await this.command('down');
    if (keep) console.log(`logs and data: ${this.folder}`);
    else await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async secrets(): Promise<Kept> {
    return JSON.parse(await readFile(join(this.data, 'secrets', 'secrets.json'), 'utf8'));
  }
}
