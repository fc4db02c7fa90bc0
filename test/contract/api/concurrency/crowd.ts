import { randomUUID } from 'node:crypto';
import { Client, type Dispatcher } from 'undici';
import type { SeededRandom } from '../../../chaos/random.js';

const requestTimeoutMs = 30_000;
/** Some nodes that everybody wants, so that requests meet. */
const hotNodes = 8;
const addresses = 60;

/** What a client was told has happened; the record must say the same at the end. */
export interface Effect {
  readonly kind: 'appended' | 'incremented' | 'marked' | 'port' | 'allocation' | 'claim' | 'deploy' | 'trait';
  readonly node: string;
  readonly value: string;
}

interface Told {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: Record<string, unknown>;
}

/** One client with a connection of its own that it keeps, doing what its random numbers say. */
export class CrowdClient {
  readonly effects: Effect[] = [];
  /** The statuses of its answers with the requests that they answer, but for those that are expected. */
  readonly surprises: string[] = [];
  readonly statuses = new Map<number, number>();
  private readonly client: Client;
  private requests = 0;

  /** @param nodes everybody's nodes, the first ones being wanted by all */
  constructor(
    url: string,
    private readonly nodes: readonly string[],
    private readonly random: SeededRandom,
    private readonly name: string,
  ) {
    this.client = new Client(url, { headersTimeout: requestTimeoutMs, bodyTimeout: requestTimeoutMs });
  }

  /** Does so many things, one after another. */
  async live(things: number): Promise<void> {
    const doings = [
      () => this.append(),
      () => this.append(),
      () => this.append(),
      () => this.increment(),
      () => this.increment(),
      () => this.mark(),
      () => this.addTrait(),
      () => this.createPort(),
      () => this.allocate(),
      () => this.allocate(),
      () => this.claim(),
      () => this.deploy(),
      () => this.deploy(),
      () => this.look(),
    ];
    try {
      for (let thing = 0; thing < things; thing += 1) await doings[this.random.between(0, doings.length - 1)]?.();
    } finally {
      await this.client.close();
    }
  }

  private async append(): Promise<void> {
    const node = this.someNode();
    const value = `${this.name}-${this.requests}`;
    const told = await this.patch(node, [{ op: 'add', path: '/extra/appended/-', value }]);
    if (told.status === 200) this.effects.push({ kind: 'appended', node, value });
  }

  /** Reads a number and writes the next one, unless the record has changed in between. */
  private async increment(): Promise<void> {
    const node = this.someNode();
    const { etag, body } = await this.request('GET', `/v1/nodes/${node}`);
    if (etag === undefined) return;
    const { count } = body['extra'] as { count: number };
    const told = await this.patch(node, [{ op: 'replace', path: '/extra/count', value: count + 1 }], {
      'if-match': etag,
    });
    if (told.status === 200) this.effects.push({ kind: 'incremented', node, value: String(count + 1) });
  }

  /** Changes another part of the record than everybody else. */
  private async mark(): Promise<void> {
    const node = this.someNode();
    const value = `mark-${this.name}-${this.requests}`;
    const told = await this.patch(node, [
      { op: 'add', path: `/extra/${value}`, value: 0 },
      { op: 'replace', path: `/extra/${value}`, value: 1 },
    ]);
    if (told.status === 200) this.effects.push({ kind: 'marked', node, value });
  }

  private async addTrait(): Promise<void> {
    const node = this.anyNode();
    const value = `CUSTOM_${this.name.toUpperCase()}_${this.requests}`;
    const told = await this.request('PUT', `/v1/nodes/${node}/traits/${value}`);
    if (told.status === 204) this.effects.push({ kind: 'trait', node, value });
  }

  private async createPort(): Promise<void> {
    const node = this.someNode();
    const value = `02:00:00:00:00:${Buffer.from([this.random.between(0, addresses - 1)]).toString('hex')}`;
    const told = await this.request('POST', '/v1/ports', { node_uuid: node, address: value });
    if (told.status === 201) this.effects.push({ kind: 'port', node, value });
  }

  private async allocate(): Promise<void> {
    const told = await this.request('POST', '/v1/allocations', { resource_class: 'crowd' });
    if (told.status === 201) this.effects.push({ kind: 'allocation', node: '', value: String(told.body['uuid']) });
  }

  /** Takes a node for an instance by hand, as clients do that know no allocations. */
  private async claim(): Promise<void> {
    const node = this.anyNode();
    const value = randomUUID();
    const told = await this.patch(node, [{ op: 'add', path: '/instance_uuid', value }]);
    if (told.status === 200) this.effects.push({ kind: 'claim', node, value });
  }

  private async deploy(): Promise<void> {
    const node = this.someNode();
    const told = await this.request('PUT', `/v1/nodes/${node}/states/provision`, { target: 'active' });
    if (told.status === 202) this.effects.push({ kind: 'deploy', node, value: '' });
  }

  private async look(): Promise<void> {
    await this.request('GET', `/v1/nodes/detail?limit=${this.random.between(1, 20)}`);
  }

  private anyNode(): string {
    return this.nodes[this.random.between(0, this.nodes.length - 1)] ?? '';
  }

  private someNode(): string {
    return this.random.between(1, 3) === 1 ? (this.nodes[this.random.between(0, hotNodes - 1)] ?? '') : this.anyNode();
  }

  private patch(node: string, body: object[], headers: Record<string, string> = {}): Promise<Told> {
    return this.request('PATCH', `/v1/nodes/${node}`, body, headers);
  }

  private async request(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Told> {
    this.requests += 1;
    const answer = await this.client.request({
      method,
      path,
      headers: { 'x-openstack-ironic-api-version': '1.115', 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    this.count(answer.statusCode, `${method} ${path}: ${text}`);
    const { etag } = answer.headers;
    return {
      status: answer.statusCode,
      etag: typeof etag === 'string' ? etag : undefined,
      body: text === '' ? {} : JSON.parse(text),
    };
  }

  private count(status: number, what: string): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    const isExpected = status < 300 || status === 409 || status === 412 || (status === 400 && /provision/.test(what));
    if (!isExpected) this.surprises.push(`${status} ${what}`);
  }
}
