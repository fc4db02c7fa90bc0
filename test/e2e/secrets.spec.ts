import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LifeOfSecrets } from './life-of-secrets.js';
import { RunningInstance, services } from './running-instance.js';
import { SecretSearch } from './secret-search.js';

/** All files below a folder, but for those below folders of this name. */
function filesBelow(folder: string, except: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === except ? [] : filesBelow(path, except);
    return lstatSync(path).isFile() ? [path] : [];
  });
}

describe('passwords, keys and tokens', () => {
  const secrets = new SecretSearch();
  const seen = new SecretSearch();
  let sut: RunningInstance;
  let life: LifeOfSecrets;
  let hasFailed = true;

  beforeAll(async () => {
    sut = await RunningInstance.start('secrets', { BESSEMER_LOG_LEVEL: 'trace' });
    life = await LifeOfSecrets.begin(sut, secrets);
    seen.add('user', life.user);
    await life.live();
    await life.end();
    hasFailed = false;
  }, 180_000);

  afterEach(({ task }) => {
    hasFailed ||= task.result?.state === 'fail';
  });

  afterAll(async () => {
    await life?.end();
    await sut?.stop(hasFailed);
  }, 60_000);

  it('are in no answer of the api', () => {
    expect(seen.holds('user', life.answers.join('\n'))).toBe(true);
    expect(life.answers.filter((answer) => answer.includes('******')).length).toBeGreaterThan(10);
    expect(life.answers.filter((answer) => answer.includes('$sealed')).map(requestOf)).toEqual([]);
    expect(life.answers.flatMap((answer) => secrets.find(answer).map((name) => [name, requestOf(answer)]))).toEqual([]);
  });

  it('are in nothing that a command prints', () => {
    const output = life.output.join('\n');
    expect(output).toContain(life.nodes[0]);
    expect(secrets.find(output)).toEqual([]);
  });

  it('are in no event, neither streamed by the api nor read from the bus', () => {
    for (const text of [life.events.text, life.bus.events.join('\n')]) {
      for (const node of life.nodes) expect(text).toContain(node);
      expect(text).toContain('******');
      expect(secrets.find(text)).toEqual([]);
    }
  });

  it('are in no message on the bus, question or answer', () => {
    const messages = [...life.bus.messages];
    const commands = messages.filter((message) => message.includes('$sealed'));
    expect(commands.length).toBeGreaterThan(5);
    expect(seen.holds('user', commands.join('\n'))).toBe(true);
    for (const service of services) expect(messages.some((text) => text.startsWith(`_INBOX_${service}.`))).toBe(true);
    expect(messages.some((text) => text.startsWith('metal.rpc.conductor.'))).toBe(true);
    expect(messages.flatMap((text) => secrets.find(text).map((name) => [name, text.split(' ')[0]]))).toEqual([]);
  });

  it('are on no command line, and in no environment of ipmitool', () => {
    const lines = [...life.processes.commandLines];
    const calls = lines.filter((line) => line.includes('ipmitool') && seen.holds('user', line));
    expect(calls.length).toBeGreaterThan(3);
    expect(lines.flatMap((line) => secrets.find(line).map((name) => [name, line.split(' ')[0]]))).toEqual([]);
    const environments = [...life.processes.ipmitoolEnvironments];
    expect(environments.some((text) => text.includes('PATH='))).toBe(true);
    expect(secrets.find(environments.join('\n'))).toEqual([]);
  });

  it('are in no row of any table', async () => {
    const found: string[] = [];
    const withUser: string[] = [];
    for (const service of services) {
      const tables = await sut.query<{ name: string }>(
        service,
        'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1',
        [service],
      );
      expect(tables.length).toBeGreaterThan(3);
      for (const { name } of tables) {
        const rows = await sut.query<{ row: string }>(service, `SELECT t::text AS row FROM "${service}"."${name}" t`);
        const text = rows.map(({ row }) => row).join('\n');
        found.push(...secrets.find(text).map((secret) => `${service}.${name}: ${secret}`));
        if (seen.holds('user', text)) withUser.push(`${service}.${name}`);
      }
    }
    expect(withUser).toEqual(expect.arrayContaining(['api.nodes', 'api.outbox', 'conductor.tasks']));
    expect(found).toEqual([]);
  });

  it('are in no file of the instance: logs, state, streams, tables', () => {
    const found: string[] = [];
    const withUser: string[] = [];
    for (const path of filesBelow(sut.data, 'secrets')) {
      const content = readFileSync(path);
      const name = relative(sut.data, path);
      found.push(...secrets.find(content).map((secret) => `${name}: ${secret}`));
      if (content.includes(life.user)) withUser.push(name);
    }
    expect(withUser).toEqual(expect.arrayContaining([expect.stringMatching(/^nats\/.*EVENTS.*\.blk$/)]));
    expect(withUser).toEqual(expect.arrayContaining([expect.stringMatching(/^postgres\/cluster\/(base|pg_wal)\//)]));
    expect(readFileSync(join(sut.data, 'log', 'conductor-1.log'), 'utf8')).toContain(life.nodes[0]);
    expect(found).toEqual([]);
  });

  it('include the tokens of agents', () => {
    expect(life.tokens).toBeGreaterThan(4);
  });
});

/** The first words of what was kept: method, path and status. */
function requestOf(answer: string): string {
  return answer.split(' ', 3).join(' ');
}
