import { get, type IncomingMessage } from 'node:http';
import { eventSubject } from '@bessemer/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { ApiFixture } from './api-fixture.js';
import { unknownUuid } from './table-samples.js';

interface Event {
  readonly id: number;
  readonly type: string;
  readonly data: { readonly type: string; readonly data: Record<string, unknown> };
}

/** A reader of server-sent events that takes what it is given when it is asked to. */
class EventReader {
  private rest = '';
  readonly comments: string[] = [];
  private readonly events: Event[] = [];

  private constructor(private readonly response: IncomingMessage) {}

  static open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      get(url, { headers }, (response) => resolve(new EventReader(response.setEncoding('utf8')))).once('error', reject);
    });
  }

  /** Resolves when what was received is enough. */
  async receive(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      const chunk: unknown = this.response.read();
      if (chunk !== null) this.add(String(chunk));
      else if (this.response.readableEnded) throw new Error('The stream has ended.');
      else await new Promise((resolve) => this.response.once('readable', resolve));
    }
  }

  /** Resolves when the stream has begun. */
  connected(): Promise<void> {
    return this.receive(() => this.comments.includes(': connected'));
  }

  /** The first events. */
  async take(count: number): Promise<Event[]> {
    await this.receive(() => this.events.length >= count);
    return this.events.slice(0, count);
  }

  /** The events up to one of the type. */
  async until(type: string, uuid: string): Promise<Event[]> {
    await this.receive(() => this.events.some((event) => event.type === type && event.data.data['uuid'] === uuid));
    return this.events;
  }

  close(): void {
    this.response.destroy();
  }

  private add(chunk: string): void {
    const blocks = `${this.rest}${chunk}`.split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id = '', type = '', data = '{}'] = /^id: (\d+)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (block.startsWith(':')) this.comments.push(block);
      else this.events.push({ id: Number(id), type, data: JSON.parse(data) });
    }
  }
}

describe('GET /v1/events/stream', () => {
  let sut: ApiFixture;
  const readers: EventReader[] = [];
  beforeAll(async () => {
    sut = await ApiFixture.start({ BESSEMER_EVENT_KEEP_ALIVE: '40ms' });
  });
  afterAll(async () => {
    for (const reader of readers) reader.close();
    await sut.stop();
  });

  const open = async (query: string, headers: Record<string, string> = {}): Promise<EventReader> => {
    const reader = await EventReader.open(`${sut.api.url}/v1/events/stream${query}`, headers);
    readers.push(reader);
    return reader;
  };
  const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type);
  const maintained = async (node: string): Promise<void> => {
    await sut.request('PUT', `/v1/nodes/${node}/maintenance`);
  };

  it('tells of one node, named by any identifier', async () => {
    const node = await sut.node({ name: 'followed', driver_info: { ipmi_address: '192.0.2.77' } });
    await sut.node();
    await maintained(node);
    const wanted = ['baremetal.node.create.end', 'baremetal.node.maintenance_set.end'];
    for (const identifier of [node, 'followed', '192.0.2.77']) {
      const events = await (await open(`?node=${identifier}&since=1`)).take(2);
      expect([typesOf(events), events.map(({ data }) => data.data['uuid'])]).toEqual([wanted, [node, node]]);
    }
  });

  it('tells of the types that begin so, of every node or of one', async () => {
    const [one, other] = [await sut.node(), await sut.node()];
    for (const node of [one, other]) await maintained(node);
    const ofAll = await (await open('?type=baremetal.node.maintenance_set&since=1')).until(
      'baremetal.node.maintenance_set.end',
      other,
    );
    expect(new Set(typesOf(ofAll))).toEqual(new Set(['baremetal.node.maintenance_set.end']));
    const [first] = await (await open(`?type=baremetal.node.maint&node=${other}&since=1`)).take(1);
    expect([first?.type, first?.data.data['uuid']]).toEqual(['baremetal.node.maintenance_set.end', other]);
  });

  it('tells of one kind of resource', async () => {
    const node = await sut.node();
    const created = await sut.request('POST', '/v1/ports', { body: { node_uuid: node, address: '52:54:00:ee:00:01' } });
    const chassis = await sut.request('POST', '/v1/chassis', { body: {} });
    const [port] = await (await open('?resource=port&since=1')).take(1);
    expect([port?.type, port?.data.data['uuid']]).toEqual(['baremetal.port.create.end', created.body['uuid']]);
    const [other] = await (await open('?resource=chassis&type=baremetal.chassis.create&since=1')).take(1);
    expect(other?.data.data['uuid']).toBe(chassis.body['uuid']);
  });

  it('goes on where Last-Event-ID or since says', async () => {
    const node = await sut.node();
    for (let time = 0; time < 3; time += 1) await maintained(node);
    const all = await (await open(`?node=${node}&since=1`)).take(4);
    const ids = all.map(({ id }) => id);
    const resumed = await (await open(`?node=${node}&since=1`, { 'Last-Event-ID': String(ids[1]) })).take(2);
    expect(resumed.map(({ id }) => id)).toEqual(ids.slice(2));
    const from = await (await open(`?node=${node}&since=${ids[2]}`)).take(2);
    expect(from.map(({ id }) => id)).toEqual(ids.slice(2));
    const byTime = await (await open(`?node=${node}&since=2020-01-01T00:00:00Z`)).take(4);
    expect(byTime.map(({ id }) => id)).toEqual(ids);
  });

  it('begins anew for a reader of a stream that is no more', async () => {
    const node = await sut.node();
    const [event] = await (await open(`?node=${node}`, { 'Last-Event-ID': '999999999' })).take(1);
    expect(event?.data.data['uuid']).toBe(node);
  });

  it('tells what happened to a node that is gone', async () => {
    const node = await sut.node();
    expect((await sut.request('DELETE', `/v1/nodes/${node}`)).status).toBe(204);
    const events = await (await open(`?node=${node}&since=1`)).take(2);
    expect(typesOf(events)).toEqual(['baremetal.node.create.end', 'baremetal.node.delete.end']);
  });

  it('without since tells of what happens from then on', async () => {
    const node = await sut.node();
    await (await open(`?node=${node}&since=1`)).take(1);
    const reader = await open(`?node=${node}`);
    await reader.connected();
    await maintained(node);
    expect(typesOf(await reader.take(1))).toEqual(['baremetal.node.maintenance_set.end']);
  });

  it('says again and again that it lives', async () => {
    const reader = await open(`?workflow=${unknownUuid}`);
    await reader.receive(() => reader.comments.length > 3);
    expect(new Set(reader.comments)).toEqual(new Set([': connected', ': alive']));
  });

  it.each([
    ['?node=nobody', 404, /nobody/],
    ['?node=a&node=b', 400, /node/],
    ['?workflow=x', 400, /workflow/],
    [`?workflow=${unknownUuid}&node=${unknownUuid}`, 400, /workflow/],
    ['?resource=nothing', 400, /"nothing".*chassis.*node/],
    ['?type=nothing', 400, /"nothing"/],
    ['?type=baremetal.port.create&resource=node', 400, /can be of all/],
    [`?node=${unknownUuid}&resource=port`, 400, /can be of all/],
    ['?since=yesterday', 400, /since/],
    ['?since=-1', 400, /since/],
    ['?since=2026-13-01', 400, /since/],
    ['?more=1', 400, /Unexpected arguments: more/],
  ])('%s is refused with %i in the form of the contract', async (query, status, fault) => {
    const answer = await sut.get(`/v1/events/stream${query}`);
    expect([answer.status, answer.fault]).toEqual([status, expect.stringMatching(fault)]);
    expect(JSON.parse(String(answer.body['error_message']))).toMatchObject({ faultcode: 'Client', debuginfo: null });
  });

  it('leaves in the stream what a slow reader has not taken, and loses nothing of it', async () => {
    const count = 900;
    const node = await sut.node();
    const reader = await open(`?node=${node}`);
    await reader.connected();
    const administrator = await sut.stack.nats.connectAsAdministrator();
    sut.stack.onStop(() => administrator.close());
    const manager = await jetstreamManager(administrator);
    const subject = eventSubject('api', 'node', node, 'update');
    const filling = 'x'.repeat(100_000);
    for (let n = 0; n < count; n += 1)
      await manager
        .jetstream()
        .publish(subject, JSON.stringify({ type: 'baremetal.node.update.end', data: { n, filling } }));
    const pendingOf = async (): Promise<number> => {
      for await (const { config, num_pending: pending } of manager.consumers.list('EVENTS'))
        if ([config.filter_subject, ...(config.filter_subjects ?? [])].includes(`metal.event.api.node.${node}.*`))
          return pending;
      return -1;
    };
    let before = -2;
    const left = await waitFor('the reader to be behind', async () => {
      const now = await pendingOf();
      const isSettled = now === before;
      before = now;
      return isSettled ? now : undefined;
    });
    expect(left).toBeGreaterThan(count / 3);
    const events = await reader.take(count);
    expect(events.map(({ data }) => data.data['n'])).toEqual(Array.from({ length: count }, (_, n) => n));
    expect(await waitFor('nothing to be left', async () => ((await pendingOf()) === 0 ? 'nothing' : undefined))).toBe(
      'nothing',
    );
  });
});
