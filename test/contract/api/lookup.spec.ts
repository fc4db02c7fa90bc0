import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { type Answer, ApiFixture } from './api-fixture.js';

const masked = '******';

describe('A look-up', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const pathOf = (node: string): string => `/v1/lookup?node_uuid=${node}`;

  /** The token that the agent is given. */
  async function given(node: string): Promise<string> {
    const { body } = await sut.get(pathOf(node), '1.62');
    return (body['config'] as { agent_token: string }).agent_token;
  }

  const beat = (node: string, token: string): Promise<Answer> =>
    sut.request('POST', `/v1/heartbeat/${node}`, {
      body: { callback_url: 'https://192.0.2.1:9999', agent_version: '9.4', agent_token: token },
      version: '1.68',
    });

  const digestOf = async (node: string): Promise<string | null> => {
    const [row] = await sut.api.database.query<{ agent_token_digest: string | null }>(
      'SELECT agent_token_digest FROM nodes WHERE uuid = $1',
      [node],
    );
    return row?.agent_token_digest ?? null;
  };

  /** Asks, and is gone before the token is made. */
  async function askAndLeave(node: string): Promise<void> {
    const leaving = new AbortController();
    await sut.api.database.transaction(async (tx) => {
      await tx.query('SELECT FROM nodes WHERE uuid = $1 FOR UPDATE', [node]);
      const asked = fetch(`${sut.api.url}${pathOf(node)}`, {
        headers: { 'X-OpenStack-Ironic-API-Version': '1.62' },
        signal: leaving.signal,
      });
      await waitFor('the look-up to wait', async () => {
        const waiting = await sut.api.database.query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%nodes%'",
        );
        return waiting.length > 0;
      });
      leaving.abort();
      await expect(asked).rejects.toThrow();
      // When it answers somebody who came later, it has noticed who has gone.
      await sut.get('/v1');
    });
    await waitFor('the token', async () => (await digestOf(node)) !== null);
  }

  /** The token that the agent is given in the end, when it asks until nobody else may be given one. */
  async function givenAtLast(node: string): Promise<string> {
    let token: string | undefined;
    await waitFor('a token', async () => {
      const { status, body } = await sut.get(pathOf(node), '1.62');
      expect([200, 409]).toContain(status);
      if (status === 200) token = (body['config'] as { agent_token: string }).agent_token;
      return token !== undefined;
    });
    return String(token);
  }

  it('gives the token once, also to those who ask at the same time', async () => {
    const node = await sut.waitingForAgent();
    const answers = await Promise.all(Array.from({ length: 8 }, () => givenAtLast(node)));
    expect(answers.filter((token) => token !== masked)).toHaveLength(1);
    expect(await given(node)).toBe(masked);
  });

  it('gives another token when the answer with the first was never sent', async () => {
    const node = await sut.waitingForAgent();
    await askAndLeave(node);
    const token = await givenAtLast(node);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await given(node)).toBe(masked);
    expect((await beat(node, token)).status).toBe(202);
  });

  it('gives another token when the api was lost with the answer, but none to a second agent', async () => {
    const node = await sut.waitingForAgent();
    const lost = await given(node);
    const pending = async (since: string): Promise<void> => {
      await sut.api.database.query(`UPDATE nodes SET agent_token_pending_since = ${since} WHERE uuid = $1`, [node]);
    };
    await waitFor('the handover', async () => {
      const rows = await sut.api.database.query(
        'SELECT FROM nodes WHERE uuid = $1 AND agent_token_pending_since IS NULL',
        [node],
      );
      return rows.length > 0;
    });
    // So the row stands when an api dies between the commit and the answer.
    await pending("now() + interval '1 minute'");
    expect((await sut.get(pathOf(node), '1.62')).status).toBe(409);
    await pending("now() - interval '1 minute'");
    const token = await given(node);
    expect(token).not.toBe(masked);
    expect((await beat(node, lost)).status).toBe(400);
    expect((await beat(node, token)).status).toBe(202);
    await pending("now() - interval '1 minute'");
    expect(await given(node)).toBe(masked);
  });
});
