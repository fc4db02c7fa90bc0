import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiSettings, type RunningApi, startApi } from '@bessemer/api';
import type { ResumeAnswer, TaskCommand } from '@bessemer/contracts';
import { formatKeysFile, generateSealingKey, publicHalf, type SealingKey } from '@bessemer/secrets';
import { readSettings } from '@bessemer/settings';
import { removeTemporaryFolder, TestStack, temporaryFolder, waitFor } from '../../integration/stack/index.js';
import { ConductorDouble } from './conductor-double.js';

/** The bearer between services in tests. */
export const internalToken = 'a-token-of-the-tests';

/** An answer of the api. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined for an empty one. */
  readonly body: Record<string, unknown>;
  /** The text of an error, wherever it stands in the body. */
  readonly fault: string;
}

/** What a request is made of besides method and path. */
export interface RequestOptions {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
  readonly version?: string;
  readonly headers?: Record<string, string>;
}

function faultIn(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { error_message: wrapped, faultstring } = body as Record<string, unknown>;
  if (typeof faultstring === 'string') return faultstring;
  if (typeof wrapped !== 'string') return '';
  try {
    const { faultstring: inner, description } = JSON.parse(wrapped) as Record<string, string>;
    return inner ?? description ?? '';
  } catch {
    return wrapped;
  }
}

/** An api on real Postgres and NATS, with a conductor that does what the test says. */
export class ApiFixture {
  private constructor(
    readonly stack: TestStack,
    readonly api: RunningApi,
    readonly conductor: ConductorDouble,
    readonly sealingKey: SealingKey,
    private readonly headers: Record<string, string>,
  ) {}

  /**
   * @param env settings that differ from the defaults of the fixture
   * @param headers of every request that does not name them itself
   */
  static async start(env: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<ApiFixture> {
    const stack = await TestStack.start();
    const folder = await temporaryFolder('api');
    stack.onStop(async () => removeTemporaryFolder(folder));
    const sealingKey = generateSealingKey();
    const keyFile = join(folder, 'keys.json');
    await writeFile(keyFile, formatKeysFile([publicHalf(sealingKey)]));
    const settings = readSettings(apiSettings, {
      ...stack.environment('api'),
      BESSEMER_API_PORT: '0',
      BESSEMER_INTERNAL_TOKEN: internalToken,
      BESSEMER_SEALING_PUBLIC_KEY_FILE: keyFile,
      BESSEMER_NODE_LOCK_WAIT: '400ms',
      ...env,
    });
    const api = await startApi(settings, stack.logger);
    stack.onStop(() => api.stop());
    const conductor = await ConductorDouble.start(stack);
    const fixture = new ApiFixture(stack, api, conductor, sealingKey, headers);
    await fixture.driverKnown();
    return fixture;
  }

  /** Resolves when the api has heard of the conductor. */
  async driverKnown(): Promise<void> {
    await waitFor('the driver is known', async () => (await this.get('/v1/drivers/fake-hardware')).status === 200);
  }

  async request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const text = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(`${this.api.url}${path}`, {
      method,
      headers: {
        'X-OpenStack-Ironic-API-Version': options.version ?? '1.115',
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.headers,
        ...options.headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const answered = await response.text();
    const body: Record<string, unknown> = answered === '' ? {} : JSON.parse(answered);
    return { status: response.status, headers: response.headers, text: answered, body, fault: faultIn(body) };
  }

  get(path: string, version?: string): Promise<Answer> {
    return this.request('GET', path, version === undefined ? {} : { version });
  }

  /** Creates a node that waits for its agent, and returns its UUID. */
  async waitingForAgent(): Promise<string> {
    const node = await this.manageable();
    await this.verb(node, 'clean', { clean_steps: [{ interface: 'deploy', step: 'erase' }] });
    const command = await this.conductor.command(node, 'clean');
    await this.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started' }]);
    await this.conductor.report(command, { what: 'waiting', transition: 'wait', reason: 'Waits.' });
    await this.reaches(node, 'clean wait');
    return node;
  }

  /** Creates a node and returns its UUID. */
  async node(fields: Record<string, unknown> = {}): Promise<string> {
    const created = await this.request('POST', '/v1/nodes', { body: { driver: 'fake-hardware', ...fields } });
    if (created.status !== 201) throw new Error(`the node was not created: ${created.text}`);
    return String(created.body['uuid']);
  }

  verb(node: string, target: string, more: Record<string, unknown> = {}): Promise<Answer> {
    return this.request('PUT', `/v1/nodes/${node}/states/provision`, { body: { target, ...more } });
  }

  /** Resolves with the node when it is in the state and nobody works on it. */
  reaches(node: string, state: string): Promise<Record<string, unknown>> {
    return waitFor(`the node is ${state}`, async () => {
      const { body } = await this.get(`/v1/nodes/${node}/explain`);
      return body['provision_state'] === state && body['busy'] === false ? this.shown(node) : undefined;
    });
  }

  async shown(node: string): Promise<Record<string, unknown>> {
    return (await this.get(`/v1/nodes/${node}`)).body;
  }

  /** Takes a new node to `manageable`. */
  async manageable(fields: Record<string, unknown> = {}): Promise<string> {
    const node = await this.node(fields);
    await this.verb(node, 'manage');
    const command = await this.conductor.command(node, 'verify');
    await this.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      {
        what: 'finished',
        transition: 'done',
        patch: { fields: [{ op: 'set', path: '/power_state', value: 'power off' }] },
      },
    ]);
    await this.reaches(node, 'manageable');
    return node;
  }

  /** What the api answers a conductor that wants to go on with the task under its first epoch. */
  resumeOf(command: TaskCommand): Promise<ResumeAnswer> {
    return this.conductor.resume(command, 1);
  }

  /** Nobody answers questions to conductors any more. */
  async silence(): Promise<void> {
    await this.conductor.silence();
  }

  stop(): Promise<void> {
    return this.stack.stop();
  }
}
