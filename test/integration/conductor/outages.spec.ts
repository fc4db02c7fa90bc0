import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../stack/index.js';
import type { ApiDouble } from './api-double.js';
import { ConductorFixture } from './conductor-fixture.js';
import { cleanStep, scriptedCatalogue } from './scripted-hardware.js';

describe('a conductor whose servers go away', () => {
  let fixture: ConductorFixture;
  let api: ApiDouble;

  beforeAll(async () => {
    fixture = await ConductorFixture.start({ ownPostgres: true });
    api = fixture.api;
    await fixture.conductor('conductor-1');
  });
  afterAll(() => fixture.stack.stop());

  it.each([
    ['Postgres', () => fixture.stack.postgres],
    ['NATS', () => fixture.stack.nats],
  ])('goes on with its step when %s was killed and is back, and does nothing twice', async (_, server) => {
    const machine = fixture.machine();
    const gate = fixture.path('gate');
    const steps = [cleanStep('gated_fail', { name: 'gated', gate }), cleanStep('record', { name: 'after' })];
    const task = await api.begin('clean', {
      verb: 'clean',
      arguments: { clean_steps: steps },
      record: { properties: machine.properties },
    });
    await waitFor('the step at its gate', () => machine.effects().length === 1);
    await server().kill();
    writeFileSync(gate, '');
    await server().resume();
    const end = await api.end(task);
    expect(end).toMatchObject({ what: 'finished', transition: 'manage' });
    expect(machine.effects()).toEqual(['gated: begun', 'gated: ended', 'after']);
    expect(api.disorder).toEqual([]);
  });
});

describe('a conductor that is stopped in order', () => {
  let fixture: ConductorFixture;
  beforeAll(async () => {
    fixture = await ConductorFixture.start();
  });
  afterAll(() => fixture.stack.stop());

  it('lets its drivers leave the machines, and stops whatever they make of that', async () => {
    const stops: string[] = [];
    const stop = async () => {
      stops.push('stopped');
      return [new Error('a session stays open')];
    };
    const conductor = await fixture.conductor('conductor-1', {}, { ...scriptedCatalogue(), stop });
    expect(stops).toEqual([]);
    await conductor.stop();
    expect(stops).toEqual(['stopped']);
  });
});
