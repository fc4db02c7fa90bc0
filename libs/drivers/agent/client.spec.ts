import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentDouble } from '../testing/agent-double.js';
import { AgentBusyError, AgentClient, AgentSilentError } from './client.js';

describe(AgentClient.name, () => {
  let agent: AgentDouble;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    agent = await AgentDouble.start();
  });
  afterAll(() => agent.stop());
  beforeEach(() => {
    agent.restart();
    agent.slow.clear();
  });

  async function using<T>(work: (sut: AgentClient) => Promise<T>, contact = agent.contact): Promise<T> {
    const sut = new AgentClient(contact, signal, { attempts: 2, retryMs: 1, timeoutMs: 2000 });
    try {
      return await work(sut);
    } finally {
      await sut.close();
    }
  }

  it('gives a command and lists it, its certificate verified by its own authority', async () => {
    const command = await using((sut) => sut.execute('standby.sync', {}, true));
    expect(command).toMatchObject({ command_name: 'sync', command_status: 'SUCCEEDED' });
    expect(await using((sut) => sut.commands())).toEqual([expect.objectContaining({ id: command.id })]);
  });

  it('refuses an agent whose certificate its authority did not make', async () => {
    const other = await AgentDouble.start();
    const contact = { ...agent.contact, verifyCa: other.contact.verifyCa };
    await expect(using((sut) => sut.commands(), contact)).rejects.toBeInstanceOf(AgentSilentError);
    await other.stop();
  });

  it('tells that the agent is busy', async () => {
    agent.slow.add('clean.execute_clean_step');
    await using((sut) => sut.execute('clean.execute_clean_step', {}, false));
    await expect(using((sut) => sut.execute('standby.sync', {}, true))).rejects.toBeInstanceOf(AgentBusyError);
  });

  it('sends a reading command again when the connection breaks, a working one never', async () => {
    agent.cut.add('standby.sync');
    expect(await using((sut) => sut.execute('standby.sync', {}, true))).toMatchObject({ command_status: 'SUCCEEDED' });
    agent.cut.add('standby.power_off');
    await expect(using((sut) => sut.execute('standby.power_off', {}, false))).rejects.toBeInstanceOf(AgentSilentError);
    expect(agent.received.filter(({ name }) => name === 'standby.power_off')).toHaveLength(1);
  });

  it.each([
    ['a refused token', () => ({ ...agent.contact, token: 'a-token-that-is-secret' })],
    [
      'a dead address',
      () => ({ ...agent.contact, token: 'a-token-that-is-secret', callbackUrl: 'https://127.0.0.1:1' }),
    ],
  ])('names no token in the error of %s', async (_name, contact) => {
    const error: unknown = await using((sut) => sut.commands(), contact()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'hardware-failure', remedy: expect.any(String) });
    const cause = error instanceof Error ? error.cause : undefined;
    expect(`${String(error)} ${String(cause)} ${JSON.stringify(error)}`).not.toContain('secret');
  });
});
