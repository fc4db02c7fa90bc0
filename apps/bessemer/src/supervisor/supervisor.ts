import { readFile } from 'node:fs/promises';
import { prepareDatabase } from '@bessemer/embedded';
import { BessemerError } from '@bessemer/errors';
import { embeddedDatabase, natsProgram, postgresProgram } from '../instance/backend-servers.js';
import { DataFolder } from '../instance/data-folder.js';
import type { InstanceOptions } from '../instance/instance-options.js';
import { type InstanceSecrets, loadSecrets } from '../instance/instance-secrets.js';
import { type InstanceState, type ProcessState, readState, writeState } from '../instance/instance-state.js';
import { type ChosenPorts, choosePorts } from '../instance/ports.js';
import { type Backends, servicePrograms } from '../instance/service-programs.js';
import { askHealth, listDrivers } from './health.js';
import { InstanceLock } from './instance-lock.js';
import { stopOrphans } from './orphans.js';
import { identify } from './process-identity.js';
import { type Program, type Running, Supervised, type SupervisionListener } from './supervised.js';

const readyTimeoutMs = 90_000;
const readyPollMs = 100;
/** A service that died so often before it was ever healthy will not come up. */
const hopelessDeaths = 4;

/** Where an instance answers, and how to follow its events. */
export interface InstanceUrls {
  api: string;
  inspector: string;
  nats: string;
  /** File with the password of the read-only user `subscriber`; none with an operator's own NATS credentials. */
  subscriberPasswordFile?: string;
}

/**
 * Runs one instance: Postgres and NATS first, then the four services side by side; starts again what dies; stops all in the
 * opposite order. Its state file lets other processes find it.
 */
export class Supervisor {
  private readonly groups: Supervised[][] = [];
  private state: InstanceState = { ports: {}, processes: [] };
  private stateWrites: Promise<void> = Promise.resolve();
  private adminUrl = '';
  private internalToken = '';

  private constructor(
    private readonly folder: DataFolder,
    private readonly options: InstanceOptions,
    private readonly lock: InstanceLock,
    private readonly say: (line: string) => void,
  ) {}

  /**
   * Takes the data folder, ends what an earlier supervisor may have left behind, and starts everything.
   *
   * @param say gets a line for each start, death and restart
   * @throws `conflict` when the instance runs already or a port is taken, `unavailable` when a server does not start
   */
  static async start(options: InstanceOptions, say: (line: string) => void): Promise<Supervisor> {
    const folder = new DataFolder(options.dataDir);
    await folder.make();
    const lock = await InstanceLock.take(folder.lockFile);
    const supervisor = new Supervisor(folder, options, lock, say);
    try {
      await supervisor.launch();
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    return supervisor;
  }

  get urls(): InstanceUrls {
    const url = (name: string) => this.state.processes.find((entry) => entry.name === name)?.url ?? '';
    const subscriberPasswordFile = `${this.folder.secrets}/subscriber-password`;
    return {
      api: url('api'),
      inspector: url('inspector'),
      nats: url('nats'),
      ...(this.options.natsUrl && new URL(this.options.natsUrl).username ? {} : { subscriberPasswordFile }),
    };
  }

  /**
   * Waits until every service is healthy and a conductor has announced drivers.
   *
   * @throws `unavailable` with the end of the logs of what did not come up
   */
  async waitUntilReady(): Promise<void> {
    const deadline = performance.now() + readyTimeoutMs;
    const services = this.groups.at(-1) ?? [];
    for (;;) {
      const missing = await this.findUnready(services);
      if (missing.length === 0) return;
      const hopeless = services.filter((service) => service.deaths >= hopelessDeaths).map((service) => service.name);
      if (hopeless.length > 0 || performance.now() > deadline) {
        throw await this.describeFailure(hopeless.length > 0 ? hopeless : missing);
      }
      await new Promise((resolve) => setTimeout(resolve, readyPollMs));
    }
  }

  /** Stops services, then NATS, then Postgres, and gives the data folder free. */
  async stop(): Promise<void> {
    for (const group of [...this.groups].reverse()) {
      await Promise.all(group.map((supervised) => supervised.stop()));
    }
    this.state = { ports: this.state.ports, processes: [] };
    this.saveState();
    await this.stateWrites;
    await this.lock.release();
  }

  private async launch(): Promise<void> {
    const earlier = await readState(this.folder.stateFile);
    await stopOrphans(earlier, this.say);
    const ports = await choosePorts(this.options, earlier.ports);
    this.state = { supervisor: this.lock.holder, ports, processes: [] };
    const secrets = await loadSecrets(this.folder.secrets);
    this.internalToken = secrets.internalToken;
    const backends = await this.startBackends(ports, secrets);
    const programs = servicePrograms(this.folder, this.options, secrets, backends);
    await this.startGroup(programs);
    await this.stateWrites;
  }

  private async startBackends(ports: ChosenPorts, secrets: InstanceSecrets): Promise<Backends> {
    const { databaseUrl, natsUrl } = this.options;
    const programs: Program[] = [];
    if (databaseUrl) this.adminUrl = databaseUrl;
    else {
      programs.push(
        postgresProgram(this.folder, ports.postgres, (url) => {
          this.adminUrl = url;
        }),
      );
    }
    if (!natsUrl) programs.push(natsProgram(this.folder, ports.nats, secrets));
    await this.startGroup(programs);
    const database = databaseName(databaseUrl);
    const databaseUrls = await prepareDatabase(this.adminUrl, database, secrets.databasePasswords);
    const nats = new URL(natsUrl ?? `nats://127.0.0.1:${ports.nats}`);
    const { username, password } = nats;
    nats.username = '';
    nats.password = '';
    if (databaseUrl) this.addExternal('postgres', withoutCredentials(databaseUrl, database));
    if (natsUrl) this.addExternal('nats', nats.toString());
    return {
      databaseUrls,
      natsUrl: nats.toString(),
      apiPort: ports.api,
      inspectorPort: ports.inspector,
      ...(username
        ? { natsCredentials: { user: decodeURIComponent(username), password: decodeURIComponent(password) } }
        : {}),
    };
  }

  private async startGroup(programs: Program[]): Promise<void> {
    const group = programs.map((program) => new Supervised(program, this.listener));
    this.groups.push(group);
    const results = await Promise.allSettled(group.map((supervised) => supervised.start()));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }

  private readonly listener: SupervisionListener = {
    started: (name, running) => {
      this.say(`${name} runs: pid ${running.pid}${running.url ? `, ${running.url}` : ''}`);
      void this.record(name, running);
    },
    died: (name, reason, restartInMs) => {
      this.say(`${name} ${reason}; it is started again in ${restartInMs} ms`);
    },
  };

  private async record(name: string, running: Running): Promise<void> {
    const entry: ProcessState = { name, ...(await identify(running.pid)) };
    if (running.url !== undefined) entry.url = running.url;
    if (running.healthPort !== undefined) entry.healthPort = running.healthPort;
    this.replaceEntry(entry);
  }

  private addExternal(name: string, url: string): void {
    this.replaceEntry({ name, url });
  }

  private replaceEntry(entry: ProcessState): void {
    const others = this.state.processes.filter((other) => other.name !== entry.name);
    this.state = { ...this.state, processes: [...others, entry] };
    this.saveState();
  }

  private saveState(): void {
    this.stateWrites = this.stateWrites
      .then(() => writeState(this.folder.stateFile, this.state))
      .catch((error: unknown) => this.say(`the state file could not be written: ${String(error)}`));
  }

  private async findUnready(services: Supervised[]): Promise<string[]> {
    const answers = await Promise.all(
      services.map(async ({ name, running }) => {
        const port = running?.healthPort;
        return { name, healthy: port !== undefined && (await askHealth(port)).healthy };
      }),
    );
    const missing = answers.filter((answer) => !answer.healthy).map((answer) => answer.name);
    if (missing.length > 0) return missing;
    const drivers = await listDrivers(this.urls.api, this.internalToken);
    return drivers.length > 0 ? [] : services.map(({ name }) => name).filter((name) => name.startsWith('conductor'));
  }

  private async describeFailure(names: string[]): Promise<BessemerError> {
    const tails = await Promise.all(
      names.map(async (name) => {
        const file = this.folder.logFile(name);
        const text = await readFile(file, 'utf8').catch(() => '(no log)');
        const lines = text.trimEnd().split('\n').slice(-15);
        return `--- ${name} (${file})\n${lines.join('\n')}`;
      }),
    );
    return new BessemerError('unavailable', `Not ready: ${names.join(', ')}.\n${tails.join('\n')}`);
  }
}

/** An operator's URL names the database to use; the maintenance database of the server is not it. */
function databaseName(databaseUrl: string | undefined): string {
  const name = databaseUrl ? decodeURIComponent(new URL(databaseUrl).pathname.slice(1)) : '';
  return name === '' || name === 'postgres' ? embeddedDatabase : name;
}

function withoutCredentials(url: string, database: string): string {
  const copy = new URL(url);
  copy.pathname = `/${database}`;
  copy.username = '';
  copy.password = '';
  copy.search = '';
  return copy.toString();
}
