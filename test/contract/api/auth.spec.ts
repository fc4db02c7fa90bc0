import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@bessemer/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTemporaryFolder, temporaryFolder, waitFor } from '../../integration/stack/index.js';
import { type Answer, ApiFixture, internalToken } from './api-fixture.js';

const passwords = {
  ada: 'correct horse',
  bob: 'battery staple',
  'cleo.x': 'pässwörd: with colon',
  dora: 'another one',
};
const hashes = {
  ada: '$2y$04$PakjJrt4sTrdWKNX3C/HsuO3o/7IOAHmi6ynY1Iwnwlmuovhqxg3C',
  bob: '$2b$04$Ik9wMHcysi499FsxuGZ1l.4i4sbLyKop3jt6FkEJTWZAK53zhX6kG',
  'cleo.x': '$2a$04$PEt0oOUQ1ho3d/IHgf1PN.hXI3wTodCSFWVRAF1K1Y3OPoqTjkuN2',
  dora: '$2y$04$KDi9nnO4GGAGDiAeSaTmb.aBtT5oVEc2NdXj5FU1zHeJGQw.H2MJe',
};
type User = keyof typeof hashes;
const missing = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123';

/** What needs no password; internal endpoints ask for the token of the services instead. */
const publicPatterns = [
  '/',
  '/healthcheck',
  '/v1',
  '/v1/openapi.json',
  '/v1/lookup',
  '/v1/heartbeat/:node',
  '/v1/continue_inspection',
  '/v1/internal/config-drives/:uuid',
];

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const proofOf = (user: User): string => basic(user, passwords[user]);
const entry = (user: User): string => `${user}:${hashes[user]}\n`;

describe('http_basic', () => {
  let sut: ApiFixture;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = temporaryFolder('auth');
    file = join(folder, 'htpasswd');
    await writeFile(file, entry('ada') + entry('bob') + entry('cleo.x'));
    const env = { BESSEMER_API_AUTH: 'http_basic', BESSEMER_API_HTPASSWD_FILE: file, BESSEMER_API_HEALTHCHECK: 'true' };
    sut = await ApiFixture.start(env, { authorization: proofOf('ada') });
  });
  afterAll(async () => {
    await sut.stop();
    removeTemporaryFolder(folder);
  });

  const as = (authorization: string, method = 'GET', path = '/v1/nodes'): Promise<Answer> =>
    sut.request(method, path, { headers: { authorization } });
  /** Without an Authorization header, which the fixture would add. */
  const anonymously = (method: string, path: string, version = '1.115'): Promise<Response> =>
    fetch(`${sut.api.url}${path}`, { method, headers: { 'X-OpenStack-Ironic-API-Version': version } });

  it.each(['ada', 'bob', 'cleo.x'] as const)('lets %s in', async (user) => {
    expect((await as(proofOf(user))).status).toBe(200);
    expect((await as(proofOf(user).replace('Basic', 'basic'))).status).toBe(200);
  });

  it.each([
    ['a wrong password', basic('ada', 'wrong')],
    ['an empty password', basic('ada', '')],
    ['the password of another', basic('ada', passwords.bob)],
    ['an unknown user', basic('eve', passwords.ada)],
    ['a user of the prototype', basic('__proto__', '')],
    ['no colon', `Basic ${Buffer.from('ada').toString('base64')}`],
    ['no base64', 'Basic ada:correct horse'],
    ['nothing to decode', 'Basic'],
    ['an empty header', ''],
    ['another scheme', `Bearer ${passwords.ada}`],
    ['a NUL character', basic('ada', `${passwords.ada}\u0000`)],
  ])('refuses %s', async (_, authorization) => {
    await as(proofOf('ada'));
    const refused = await as(authorization);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Basic realm="Baremetal API"');
    expect(refused.headers.get('content-type')).toContain('application/json');
    expect(refused.body).toEqual({ faultcode: 'Client', faultstring: expect.any(String) });
    expect(refused.text).not.toContain(passwords.ada);
  });

  it('asks for credentials before it looks at the version, the path or the body', async () => {
    for (const [method, path, version] of [
      ['GET', '/v1/nodes', 'nonsense'],
      ['GET', '/v1/nosuch', '1.115'],
      ['PUT', '/v1/nodes', '1.115'],
    ] as const)
      expect((await anonymously(method, path, version)).status).toBe(401);
    const large = await sut.request('POST', '/v1/nodes', {
      raw: `{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`,
      headers: { authorization: '' },
    });
    expect(large.status).toBe(401);
  });

  it.each([
    ['GET', '/', 200],
    ['GET', '/v1', 200],
    ['GET', '/v1/', 200],
    ['GET', '/v1.json', 200],
    ['GET', '/healthcheck', 200],
    ['GET', '/v1/lookup', 400],
    ['GET', '/v1/lookup/', 400],
    ['GET', '/lookup', 400],
    ['GET', '/v1/lookup.json', 400],
    ['POST', `/v1/heartbeat/${missing}`, 400],
    ['POST', `/heartbeat/${missing}/`, 400],
    ['POST', `/v1/heartbeat/${missing}.json`, 400],
    ['POST', '/v1/continue_inspection', 503],
    ['POST', '/continue_inspection/', 503],
  ])('leaves %s %s to everyone', async (method, path, status) => {
    const version = path.includes('continue') ? '1.84' : '1.90';
    expect((await anonymously(method, path, version)).status).toBe(status);
  });

  it('knows of each route who may use it', () => {
    const table = new Map(routes.map(({ method, path, policy }) => [`${method} ${path}`, policy]));
    for (const { pattern, methods } of sut.api.routes())
      for (const method of methods.filter((name) => /^(GET|POST|PUT|PATCH|DELETE)$/.test(name))) {
        const isPublic = publicPatterns.includes(pattern);
        const expected = isPublic ? /^public$/ : /^baremetal(:[a-z_]+){2,3}$/;
        expect([`${method} ${pattern}`, table.get(`${method} ${pattern}`)]).toEqual([
          `${method} ${pattern}`,
          expect.stringMatching(expected),
        ]);
      }
  });

  it('leaves nothing else to everyone', async () => {
    const isUsual = /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/;
    const guarded = sut.api.routes().filter(({ pattern }) => !publicPatterns.includes(pattern));
    expect(guarded.length).toBeGreaterThan(30);
    for (const { pattern, methods } of guarded) {
      const path = pattern.replaceAll(/:\w+/g, missing);
      for (const form of [path, `${path}/`, path.replace('/v1', ''), `${path}.json`, path.replace('/v1', '//v1')])
        for (const method of methods.filter((name) => isUsual.test(name)))
          expect([method, form, (await anonymously(method, form, '1.90')).status]).toEqual([method, form, 401]);
    }
  });

  it('answers OPTIONS, which bears no credentials', async () => {
    expect((await anonymously('OPTIONS', '/v1/nodes')).status).toBe(200);
  });

  it('notes who it was, whatever other headers say', async () => {
    const node = await sut.node({ name: 'noted' });
    const headers = {
      authorization: proofOf('bob'),
      'x-user': 'mallory',
      'x-user-id': 'mallory',
      'x-project-id': 'elsewhere',
    };
    const body = { target: 'manage' };
    const accepted = await sut.request('PUT', `/v1/nodes/${node}/states/provision`, { body, headers });
    expect(accepted.status).toBe(202);
    const history = await sut.get(`/v1/nodes/${node}/history?detail=True`);
    expect(history.body['history']).toEqual([expect.objectContaining({ user: 'bob' })]);
    expect(history.text).not.toMatch(/mallory|elsewhere/);
  });

  it('leaves the internal endpoints to the token of the services', async () => {
    const path = `/v1/internal/config-drives/${missing}`;
    expect((await as(`Bearer ${internalToken}`, 'GET', path)).status).toBe(404);
    expect((await as(proofOf('ada'), 'GET', path)).status).toBe(401);
    expect((await as('Bearer wrong', 'GET', path)).status).toBe(401);
  });

  it('lets a service look at the drivers, and at nothing else', async () => {
    const token = `Bearer ${internalToken}`;
    expect((await as(token, 'GET', '/v1/drivers')).status).toBe(200);
    const refused = await as(token);
    expect(refused.status).toBe(403);
    expect(JSON.parse(String(refused.body['error_message']))).toEqual({
      faultcode: 'Client',
      faultstring: expect.stringContaining('baremetal:node'),
      debuginfo: null,
    });
    expect((await as(token, 'POST')).status).toBe(403);
  });

  describe('when the file changes', () => {
    const replace = async (text: string): Promise<void> => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    };
    const statusOf = async (user: User): Promise<number> => (await as(proofOf(user))).status;

    it('knows the new users at once, and the old ones no more', async () => {
      expect([await statusOf('bob'), await statusOf('dora')]).toEqual([200, 401]);
      await replace(entry('ada') + entry('dora'));
      expect([await statusOf('bob'), await statusOf('dora'), await statusOf('ada')]).toEqual([401, 200, 200]);
    });

    it('knows a new password of a user who was in', async () => {
      await replace(`ada:${hashes.bob}\n`);
      expect([(await as(basic('ada', passwords.bob))).status, await statusOf('ada')]).toEqual([200, 401]);
    });

    it.each([
      ['broken', () => writeFile(file, 'ada:no hash\n')],
      ['emptied', () => writeFile(file, '')],
      ['gone', () => rm(file)],
    ])('keeps to the last good one when it is %s', async (_, spoil) => {
      await replace(entry('bob'));
      expect(await statusOf('bob')).toBe(200);
      await spoil();
      expect([await statusOf('bob'), await statusOf('ada'), await statusOf('bob')]).toEqual([200, 401, 200]);
      await replace(entry('ada'));
      expect([await statusOf('bob'), await statusOf('ada')]).toEqual([401, 200]);
    });

    it('takes a file that is written in place', async () => {
      await writeFile(file, entry('dora'));
      await waitFor('dora is known', async () => (await statusOf('dora')) === 200);
      await replace(entry('ada'));
    });
  });
});
