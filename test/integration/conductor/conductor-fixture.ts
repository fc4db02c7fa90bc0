import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConductorSettings, conductorSettings, type StartedConductor, startConductor } from '@bessemer/conductor';
import type { JsonObject } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { formatKeysFile, generateSealingKey, type SealingKey } from '@bessemer/secrets';
import { readSettings } from '@bessemer/settings';
import { TestStack, type TestStackOptions, temporaryFolder } from '../stack/index.js';
import { ApiDouble } from './api-double.js';
import { scriptedCatalogue } from './scripted-hardware.js';

/** Everything that a test of conductors needs. */
export class ConductorFixture {
  private files = 0;

  private constructor(
    readonly stack: TestStack,
    readonly api: ApiDouble,
    /** The conductors' schema, to look into. */
    readonly database: Database,
    readonly key: SealingKey,
    readonly folder: string,
  ) {}

  static async start(options: TestStackOptions = {}): Promise<ConductorFixture> {
    const stack = await TestStack.start(options);
    const key = generateSealingKey();
    const folder = temporaryFolder('conductor');
    writeFileSync(join(folder, 'keys.json'), formatKeysFile([key]), { mode: 0o600 });
    const [api, database] = await Promise.all([ApiDouble.start(stack, key), stack.database('conductor')]);
    return new ConductorFixture(stack, api, database, key, folder);
  }

  /** Starts a conductor in this process; it stops with the stack. */
  async conductor(
    host: string,
    settings: Partial<ConductorSettings> = {},
    catalogue = scriptedCatalogue(),
  ): Promise<StartedConductor> {
    const conductor = await startConductor({
      settings: { ...readSettings(conductorSettings, this.environment(host)), ...settings },
      catalogue,
      sealingKeys: [this.key],
      logger: this.stack.logger,
    });
    let stopped: Promise<void> | undefined;
    const once = () => {
      stopped ??= conductor.stop();
      return stopped;
    };
    this.stack.onStop(once);
    return { stop: once };
  }

  /** Begins a manual cleaning with these steps of a node with these properties; answers the task. */
  clean(steps: object[], properties: object, rest: object = {}): Promise<string> {
    return this.api.begin('clean', {
      verb: 'clean',
      arguments: { clean_steps: steps as never, ...rest },
      record: { properties: properties as never },
    });
  }

  /** How a task's row stands. */
  async taskRow(task: string): Promise<{ state: string; owner: string | null; reason: string } | undefined> {
    const [row] = await this.database.query<{ state: string; owner: string | null; reason: string }>(
      'SELECT * FROM tasks WHERE uuid = $1',
      [task],
    );
    return row;
  }

  /** Starts a conductor in a process of its own, to be killed. */
  async process(host: string, environment: Record<string, string> = {}): Promise<ChildProcess> {
    const program = fileURLToPath(new URL('./conductor-process.js', import.meta.url));
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, ...this.environment(host), ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.stack.onStop(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    for await (const chunk of child.stdout) if (String(chunk).includes('ready')) break;
    return child;
  }

  /** A path for a file that does not exist yet. */
  path(purpose: string): string {
    this.files += 1;
    return join(this.folder, `${purpose}-${this.files}`);
  }

  /** The properties of a node that keeps account of its effects, and how to read them. */
  machine(properties: JsonObject = {}): { properties: JsonObject; effects: () => string[] } {
    const path = this.path('effects');
    writeFileSync(path, '');
    return {
      properties: { ...properties, effects: path },
      effects: () => readFileSync(path, 'utf8').split('\n').filter(Boolean),
    };
  }

  private environment(host: string): Record<string, string> {
    return {
      ...this.stack.environment('conductor'),
      BESSEMER_CONDUCTOR_HOST: host,
      BESSEMER_HARDWARE_TYPES: 'fake-hardware',
      BESSEMER_SEALING_KEYS_FILE: join(this.folder, 'keys.json'),
    };
  }
}
