import fc from 'fast-check';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom, seedOfRun } from '../../../chaos/random.js';
import { TestStack, waitFor } from '../../../integration/stack/index.js';
import { Attendant } from '../concurrency/attendant.js';
import { ConductorDouble } from '../conductor-double.js';
import { type FuzzAnswer, problemsOf } from './answer-rules.js';
import { ApiProcess } from './api-process.js';
import { PlantedRecords } from './planted-records.js';
import { anyRequest, type FuzzRequest, oversized } from './request-arbitraries.js';

/** Seconds of requests; BESSEMER_FUZZ_SECONDS asks for more. */
const seconds = Number(process.env['BESSEMER_FUZZ_SECONDS'] ?? 25);
const requestMs = 10_000;
const plantEvery = 100;
const streamed = 'text/event-stream';
const newest = { 'x-openstack-ironic-api-version': '1.115' };

describe('requests that nobody meant', () => {
  let stack: TestStack;
  let api: ApiProcess;
  let planted: PlantedRecords;
  let attendant: Attendant;
  let seed: number;
  const agent = new Agent({ headersTimeout: requestMs, bodyTimeout: requestMs, connections: 1 });
  const statuses = new Map<number, number>();

  beforeAll(async () => {
    seed = seedOfRun();
    stack = await TestStack.start();
    api = await ApiProcess.start(stack);
    const conductor = await ConductorDouble.start(stack);
    const random = new SeededRandom(seed);
    attendant = new Attendant(conductor, () => {
      const isDone = random.next() < 0.7;
      return isDone
        ? { what: 'finished', transition: 'done' }
        : { what: 'failed', transition: 'fail', failure: { code: 'internal', message: 'It did not work.' } };
    });
    const driver = { method: 'GET', path: '/v1/drivers/fake-hardware', headers: {}, body: null };
    await waitFor('the driver is known', async () => (await send(driver)).status === 200);
    planted = new PlantedRecords(send);
    expect(await planted.plant()).toEqual([]);
    const shown = await send({ ...driver, path: '/v1/nodes/planted-0', headers: newest });
    expect(shown.text).toMatch(/"ipmi_password": ?"\*{6}"/);
  }, 60_000);
  afterAll(async () => {
    await attendant.leave();
    await agent.destroy();
    await stack.stop();
  });

  const send = async ({ method, path, headers, body }: FuzzRequest): Promise<FuzzAnswer> => {
    const answer = await agent.request({
      origin: api.url,
      method: method as 'GET',
      path,
      headers: { ...headers },
      body,
    });
    if (String(answer.headers['content-type']).startsWith(streamed)) {
      answer.body.on('error', () => undefined).destroy();
      return { status: answer.statusCode, headers: answer.headers, text: '' };
    }
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };

  const judge = async (request: FuzzRequest): Promise<void> => {
    const answer = await send(request);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const shown = `${answer.text}\n${JSON.stringify(answer.headers)}`;
    const leaks = planted.secrets.find(shown).map((name) => `the secret ${name}`);
    const problems = [...problemsOf(request.method, answer), ...leaks];
    if (!api.isAlive) problems.push('the api has died');
    if (problems.length > 0) throw new Error(`${problems.join('; ')}\n${answer.status} ${answer.text.slice(0, 1000)}`);
  };

  it(
    'are answered, refused in the form of the contract, and never told a secret of others',
    async () => {
      let requests = 0;
      const property = fc.asyncProperty(anyRequest, async (request) => {
        requests += 1;
        if (requests % plantEvery === 0) await planted.plant();
        await judge(request);
      });
      await fc.assert(property, {
        seed,
        numRuns: 10_000_000,
        interruptAfterTimeLimit: seconds * 1000,
        includeErrorInReport: true,
      });
      console.log(`${requests} requests; ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}`);
      for (const status of [200, 201, 202, 204, 400, 404, 405, 406]) expect([...statuses.keys()]).toContain(status);
    },
    seconds * 1000 + 60_000,
  );

  it.each(oversized.map((body) => [body.slice(0, 12), body]))('may be too large or too deep: %s', async (_, body) => {
    const headers = { ...newest, 'content-type': 'application/json' };
    for (const [method, path] of [
      ['POST', '/v1/nodes'],
      ['PATCH', '/v1/nodes/planted-0'],
      ['PUT', '/v1/nodes/planted-0/states/provision'],
      ['POST', '/v1/continue_inspection'],
    ] as const)
      await judge({ method, path, headers, body });
  });

  it('leave no secret and no failure in the log', () => {
    expect(planted.secrets.find(api.output)).toEqual([]);
    const failures = api.output.split('\n').filter((line) => /"level":(50|60)/.test(line));
    expect(failures).toEqual([]);
    expect(api.isAlive).toBe(true);
  });
});
