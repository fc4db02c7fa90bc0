import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConductorSettings, HardwareCatalogue, StartedConductor } from '@bessemer/conductor';
import type { JsonObject } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { generateSealingKey, type SealingKey } from '@bessemer/secrets';
import { TestStack, type TestStackOptions, temporaryFolder } from '../stack/index.js';
import { ApiDouble } from './api-double.js';
import { StartedConductors } from './started-conductors.js';

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
    private readonly conductors: StartedConductors,
  ) {}

  static async start(options: TestStackOptions = {}): Promise<ConductorFixture> {
    const stack = await TestStack.start(options);
    const key = generateSealingKey();
    const folder = temporaryFolder('conductor');
    const [api, database] = await Promise.all([ApiDouble.start(stack, key), stack.database('conductor')]);
    const conductors = new StartedConductors(stack, key, folder);
    return new ConductorFixture(stack, api, database, key, folder, conductors);
  }

  /** Starts a conductor in this process; it stops with the stack. */
  conductor(
    host: string,
    settings?: Partial<ConductorSettings>,
    catalogue?: HardwareCatalogue,
  ): Promise<StartedConductor> {
    return this.conductors.start(host, settings, catalogue);
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
  process(host: string, environment: Record<string, string> = {}): Promise<ChildProcess> {
    return this.conductors.spawn(host, environment);
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
}
