import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type JsonObject, RuleAnswer, RuleDeleteAnswer, rpcSubject, type SnapshotRow } from '@bessemer/contracts';
import type { RunningInspector } from '@bessemer/inspector';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeTemporaryFolder, TestStack, temporaryFolder, waitFor } from '../stack/index.js';
import { inspectionData } from './inspection-data.js';
import { runInspector, token } from './inspector-process.js';
import { NodesOwner } from './nodes-owner.js';

/** Whom rules call: answers what it is told to, and remembers who asked. */
class Peer {
  readonly asked: IncomingMessage[] = [];
  /** Answers the next requests; 200 when it is empty. */
  readonly answers: ((response: ServerResponse) => void)[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Peer> {
    const server = createServer();
    const peer = new Peer(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      peer.asked.push(request);
      const answer = peer.answers.shift();
      if (answer === undefined) response.end('whatever');
      else answer(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return peer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const answering =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end();
  };
const silence = (): void => undefined;

let stack: TestStack;
let api: NodesOwner;
let inspector: RunningInspector;
let peer: Peer;
let machines = 0;

beforeAll(async () => {
  stack = await TestStack.start();
  peer = await Peer.start();
  api = await NodesOwner.start(stack);
  const file = await headersFile(JSON.stringify({ [peer.url]: { Authorization: 'Bearer of-the-file' } }));
  inspector = await runInspector(stack, {
    BESSEMER_INSPECTION_API_CALL_HEADERS_FILE: file,
    BESSEMER_INSPECTION_API_CALL_DEADLINE: '3s',
  });
});
afterAll(async () => {
  peer.stop();
  await stack.stop();
});
afterEach(async () => {
  peer.asked.length = 0;
  peer.answers.length = 0;
  await api.questions.ask(
    rpcSubject('inspector', 'rule-delete-all'),
    {},
    { answer: RuleDeleteAnswer, timeoutMs: 5000 },
  );
});

async function headersFile(text: string): Promise<string> {
  const folder = temporaryFolder('api-calls');
  stack.onStop(async () => removeTemporaryFolder(folder));
  const file = join(folder, 'headers.json');
  await writeFile(file, text);
  return file;
}

async function post(path: string, body?: unknown): Promise<{ status: number; body: JsonObject }> {
  const response = await fetch(`${inspector.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: JsonObject = JSON.parse(await response.text());
  return { status: response.status, body: answer };
}

async function waitingNode(): Promise<SnapshotRow & { mac: string }> {
  machines += 1;
  const mac = `52:54:00:ac:00:${machines.toString(16).padStart(2, '0')}`;
  const row = await api.put({ provision_state: 'inspect wait', task: randomUUID(), macs: [mac] });
  const url = `${inspector.url}/v1/introspection/${row.uuid}`;
  await waitFor('the introspection is open', async () => (await fetch(url)).status === 200);
  return { ...row, mac };
}

const rule = async (args: JsonObject, more: JsonObject = {}): Promise<void> => {
  const actions = [{ op: 'api-call', args: { backoff_factor: 0, ...args } }];
  const question = { rule: { description: 'tell the CMDB', actions, ...more } };
  await api.questions.ask(rpcSubject('inspector', 'rule-create'), question, { answer: RuleAnswer, timeoutMs: 5000 });
};

const failure = (reason: string): string => `Rule "tell the CMDB": GET ${peer.url}/m failed: ${reason}`;

describe('the action api-call', () => {
  it('calls once, with its own headers and those of the file, and again when the first answers are bad', async () => {
    const node = await waitingNode();
    await rule({ url: `${peer.url}/m?of={node.uuid}`, headers: { 'X-From': 'rule' } });
    peer.answers.push(answering(503), answering(429));
    expect(await post('/internal/continue', inspectionData(node))).toMatchObject({ status: 200 });
    expect(peer.asked.map(({ method, url }) => [method, url])).toEqual(
      [1, 2, 3].map(() => ['GET', `/m?of=${node.uuid}`]),
    );
    expect(peer.asked[0]?.headers).toMatchObject({ 'x-from': 'rule', authorization: 'Bearer of-the-file' });
    expect(await post('/internal/continue', inspectionData(node))).toMatchObject({ status: 200 });
    expect(peer.asked).toHaveLength(3);
  });

  it.each<[string, (response: ServerResponse) => void, JsonObject, string, number]>([
    ['an answer that no repetition helps', answering(404), {}, 'the answer is 404.', 1],
    ['bad answers only', answering(500), { retries: 2 }, 'the answer is 500.', 3],
    ['silence', silence, { retries: 1, timeout: 0.05 }, 'no answer within 50 ms.', 2],
    ['a redirect', answering(302, { location: '/elsewhere' }), {}, 'the answer is 302.', 1],
    ['silence that lasts', silence, {}, 'no answer yet; all calls of an introspection may take 3000 ms.', 1],
  ])('fails the introspection by %s, naming the rule', async (_, answer, args, reason, times) => {
    const node = await waitingNode();
    await rule({ url: `${peer.url}/m?of=secret`, ...args });
    for (const _time of Array(times).keys()) peer.answers.push(answer);
    const refused = await post('/internal/continue', inspectionData(node));
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(failure(reason)) } },
    });
    expect(peer.asked).toHaveLength(times);
    expect(JSON.stringify(refused.body)).not.toContain('of=secret');
  });

  it('goes through the proxy of its scheme', async () => {
    await rule({ url: 'http://cmdb.example/m', proxies: { http: peer.url, https: 'http://p.example' } });
    expect(await post('/internal/continue', inspectionData(await waitingNode()))).toMatchObject({ status: 200 });
    expect(peer.asked.map(({ url }) => url)).toEqual(['http://cmdb.example/m']);
  });

  it('shows no proxy the headers of its host in clear', async () => {
    await rule({ url: `${peer.url}/m`, proxies: { http: peer.url } });
    expect(await post('/internal/continue', inspectionData(await waitingNode()))).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('the headers of its host are shown to no proxy') } },
    });
    expect(peer.asked).toEqual([]);
  });

  it('is made once for a ramdisk that repeats itself meanwhile', async () => {
    const node = await waitingNode();
    await rule({ url: `${peer.url}/m` });
    const waiting: ServerResponse[] = [];
    peer.answers.push((response) => void waiting.push(response));
    const first = post('/internal/continue', inspectionData(node));
    await waitFor('the call', () => waiting.length === 1);
    const second = post('/internal/continue', inspectionData(node));
    // What holds no connection and no lock keeps nobody else waiting.
    const other = await waitingNode();
    expect(await post('/internal/continue', inspectionData(other))).toMatchObject({ status: 200 });
    waiting[0]?.end();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(peer.asked).toHaveLength(2);
  });

  it('is not made when a later rule fails, nor in a dry run', async () => {
    const node = await waitingNode();
    expect(await post('/internal/continue', inspectionData(node))).toMatchObject({ status: 200 });
    await rule({ url: `${peer.url}/m?of=secret` }, { priority: 1 });
    const tried = await post(`/internal/dry-run/${node.uuid}`);
    expect(tried).toMatchObject({ status: 200, body: { error: null, rules: [{ calls: [`${peer.url}/m`] }] } });
    expect(JSON.stringify(tried.body)).not.toContain('of=secret');
    const question = { rule: { actions: [{ op: 'fail', args: { msg: 'No.' } }] } };
    await api.questions.ask(rpcSubject('inspector', 'rule-create'), question, { answer: RuleAnswer, timeoutMs: 5000 });
    expect(await post('/internal/continue', inspectionData(await waitingNode()))).toMatchObject({ status: 400 });
    expect(peer.asked).toEqual([]);
  });

  it.each([
    ['no JSON', '{"a": "s3cret"'],
    ['no origin', '{"cmdb": {"Authorization": "s3cret"}}'],
    ['no header', '{"https://cmdb.example": {"Host": "s3cret"}}'],
  ])('needs a file of headers that is one: %s', async (_, text) => {
    const file = await headersFile(text);
    const started = runInspector(stack, { BESSEMER_INSPECTION_API_CALL_HEADERS_FILE: file });
    await expect(started).rejects.toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.not.stringContaining('s3cret') }),
    );
  });
});
