import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiSettings, type RunningApi, startApi } from '@bessemer/api';
import type { ConductorSettings, StartedConductor } from '@bessemer/conductor';
import { formatKeysFile, generateSealingKey, publicHalf } from '@bessemer/secrets';
import { readSettings } from '@bessemer/settings';
import { StartedConductors } from '../conductor/started-conductors.js';
import { TestStack, temporaryFolder, waitFor } from '../stack/index.js';

/** An answer of the api. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** The api and conductors with scripted hardware, on real Postgres and NATS: for what a node has to do with others. */
export class FamilyFixture {
  private files = 0;

  private constructor(
    readonly stack: TestStack,
    readonly api: RunningApi,
    private readonly folder: string,
    private readonly conductors: StartedConductors,
  ) {}

  static async start(): Promise<FamilyFixture> {
    const stack = await TestStack.start();
    const folder = temporaryFolder('family');
    const key = generateSealingKey();
    writeFileSync(join(folder, 'public.json'), formatKeysFile([publicHalf(key)]));
    const api = await startApi(
      readSettings(apiSettings, {
        ...stack.environment('api'),
        BESSEMER_API_PORT: '0',
        BESSEMER_INTERNAL_TOKEN: 'a-token-of-the-tests',
        BESSEMER_SEALING_PUBLIC_KEY_FILE: join(folder, 'public.json'),
        BESSEMER_NODE_LOCK_WAIT: '300ms',
      }),
      stack.logger,
    );
    stack.onStop(() => api.stop());
    return new FamilyFixture(stack, api, folder, new StartedConductors(stack, key, folder));
  }

  /** A conductor in this process, which stops with the stack. */
  async conductor(host: string, settings: Partial<ConductorSettings> = {}): Promise<StartedConductor> {
    const conductor = await this.conductors.start(host, settings);
    await this.driverKnown();
    return conductor;
  }

  /** A conductor in a process of its own, to be killed. */
  async process(host: string): Promise<ChildProcess> {
    const child = await this.conductors.spawn(host);
    await this.driverKnown();
    return child;
  }

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.api.url}${path}`, {
      method,
      headers: { 'X-OpenStack-Ironic-API-Version': '1.115', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text), text };
  }

  /** A manageable node; `power_state` is what its fake hardware stands at. */
  async node(fields: Record<string, unknown> = {}, power: 'power on' | 'power off' = 'power off'): Promise<string> {
    const created = await this.request('POST', '/v1/nodes', { driver: 'fake-hardware', ...fields });
    if (created.status !== 201) throw new Error(`the node was not created: ${created.text}`);
    const uuid = String(created.body['uuid']);
    await this.api.database.query(
      "UPDATE nodes SET provision_state = 'manageable', power_state = $2, revision = revision + 1 WHERE uuid = $1",
      [uuid, power],
    );
    return uuid;
  }

  /** A parent with so many children that are in the power state that it is in. */
  async family(
    children: number,
    power: 'power on' | 'power off' = 'power off',
    fields: Record<string, unknown> = {},
  ): Promise<{ parent: string; children: string[]; effects: () => string[] }> {
    const effects = this.path('effects');
    writeFileSync(effects, '');
    const parent = await this.node({ properties: { effects } }, power);
    const uuids: string[] = [];
    for (let count = 0; count < children; count += 1)
      uuids.push(await this.node({ parent_node: parent, properties: { effects }, ...fields }, power));
    return {
      parent,
      children: uuids,
      effects: () => readFileSync(effects, 'utf8').split('\n').filter(Boolean),
    };
  }

  clean(node: string, steps: object[]): Promise<Answer> {
    return this.request('PUT', `/v1/nodes/${node}/states/provision`, { target: 'clean', clean_steps: steps });
  }

  power(node: string, target: string): Promise<Answer> {
    return this.request('PUT', `/v1/nodes/${node}/states/power`, { target });
  }

  async shown(node: string): Promise<Record<string, unknown>> {
    return (await this.request('GET', `/v1/nodes/${node}`)).body;
  }

  async explained(node: string): Promise<Record<string, unknown>> {
    return (await this.request('GET', `/v1/nodes/${node}/explain`)).body;
  }

  /** Resolves with the node when nobody works on it. */
  free(node: string): Promise<Record<string, unknown>> {
    return waitFor(`node ${node} is free`, async () =>
      (await this.explained(node))['busy'] === false ? this.shown(node) : undefined,
    );
  }

  /** The power states of nodes. */
  async powers(...nodes: string[]): Promise<unknown[]> {
    return Promise.all(nodes.map(async (node) => (await this.shown(node))['power_state']));
  }

  /** Resolves when the node's task tries nothing by itself before the time; its tries are made to look many. */
  async restsUntil(node: string, time: Date): Promise<void> {
    const conductors = await this.stack.database('conductor');
    await waitFor(`the task of ${node} waits for a while`, async () => {
      await conductors.query(
        `UPDATE task_steps SET tries = 10 FROM tasks WHERE task = uuid AND node = $1 AND tasks.state = 'retrying'`,
        [node],
      );
      const rows = await conductors.query(
        `SELECT 1 FROM tasks WHERE node = $1 AND state = 'retrying' AND deadline > $2`,
        [node, time],
      );
      return rows.length > 0;
    });
  }

  /** Holds a node as a call to its machine does. */
  async lock(node: string): Promise<void> {
    await this.api.database.query(
      `UPDATE nodes SET reservation = 'somebody', call = gen_random_uuid(), call_until = now() + interval '1 hour',
         revision = revision + 1 WHERE uuid = $1`,
      [node],
    );
  }

  /** Leaves a node as a conductor does that is lost while the task of another node has it. */
  async leaveBorrowed(node: string, borrower: string, power: Record<string, string>): Promise<void> {
    await this.api.database.query(
      `UPDATE nodes SET reservation = 'lost', borrower = $2, borrower_task = (SELECT task FROM nodes WHERE uuid = $2),
         power_state = $3, target_power_state = $4, revision = revision + 1 WHERE uuid = $1`,
      [node, borrower, power['power_state'], power['target_power_state']],
    );
  }

  async unlock(node: string): Promise<void> {
    await this.api.database.query(
      `UPDATE nodes SET reservation = NULL, call = NULL, call_until = NULL, revision = revision + 1 WHERE uuid = $1`,
      [node],
    );
    await this.api.database.query("SELECT pg_notify('node_released', $1)", [node]);
  }

  /** A path for a file that does not exist yet. */
  path(purpose: string): string {
    this.files += 1;
    return join(this.folder, `${purpose}-${this.files}`);
  }

  private async driverKnown(): Promise<void> {
    await waitFor(
      'the driver is known',
      async () => (await this.request('GET', '/v1/drivers/fake-hardware')).status === 200,
    );
  }
}
