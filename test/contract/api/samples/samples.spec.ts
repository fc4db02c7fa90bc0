import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../../integration/stack/index.js';
import { ApiFixture } from '../api-fixture.js';
import { differences } from './differences.js';
import { slips } from './sample-slips.js';
import { makeWorld } from './sample-world.js';
import { allocation, creations, heldElsewhere, reads, updates } from './sampled-requests.js';

const shared = resolve(process.env['BESSEMER_SHARED'] || join(import.meta.dirname, '../../../../../../shared'));
const folder = join(shared, 'contract', 'api-ref-samples');
const response = /-response\.json$/;
const requestNames: Readonly<Record<string, string>> = { 'node-create': 'node-create-request-classic' };

const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8'));
const requestOf = (sample: string): object => read(requestNames[sample] ?? `${sample}-request`) as object;

describe.skipIf(!existsSync(folder))('the samples of the newest API', () => {
  let sut: ApiFixture;
  let created: Map<string, Record<string, unknown>>;
  beforeAll(async () => {
    sut = await ApiFixture.start({}, { 'OpenStack-System-Scope': 'all' });
    Object.assign(sut.conductor.results, {
      get_supported_boot_devices: ['pxe'],
      get_indicator_state: 'on',
    });
    created = await makeWorld(sut, requestOf);
    // The sample shows one that cannot be used.
    sut.conductor.verdicts = { rescue: { result: false, reason: 'not supported' } };
    await waitFor(
      'the allocation',
      async () => (await sut.get(`/v1/allocations/${allocation}`)).body['state'] === 'active',
    );
  }, 60_000);
  afterAll(() => sut.stop());

  const hold = (sample: string, ours: unknown): void => {
    const known = slips.filter(({ samples }) => samples.test(sample));
    const found = differences(read(`${sample}-response`), ours);
    expect(found.filter((difference) => !known.some(({ differences: slip }) => slip.test(difference)))).toEqual([]);
  };

  it.each(Object.entries(reads))('%s: ours has its keys and types', async (sample, path) => {
    const { status, body } = await sut.get(path);
    expect(status).toBe(200);
    hold(sample, body);
  });

  it.each(Object.keys(creations))('%s: ours has its keys and types', (sample) => {
    hold(sample, created.get(sample));
  });

  it.each(Object.entries(updates))('%s: ours has its keys and types', async (sample, path) => {
    const answer = await sut.request('PATCH', path, { body: requestOf(sample) });
    expect([answer.status, answer.fault]).toEqual([200, '']);
    hold(sample, answer.body);
  });

  it('are all held, or held elsewhere', () => {
    const held = [reads, creations, updates, heldElsewhere].flatMap((table) => Object.keys(table));
    const samples = readdirSync(folder).filter((file) => response.test(file));
    expect(samples.map((file) => file.replace(response, '')).sort()).toEqual(held.sort());
  });
});
