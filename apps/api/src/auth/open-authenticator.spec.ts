import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@bessemer/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthenticationSettings, openAuthenticator } from './open-authenticator.js';

const logger = createLogger('test', 'silent');
const defaults = { host: '127.0.0.1', auth: 'noauth', htpasswdFile: '', forceNoauth: false, internalToken: 'token' };

describe(openAuthenticator, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bessemer-auth-'));
    await writeFile(join(folder, 'broken'), 'ada:s3cret\n');
    await writeFile(join(folder, 'empty'), '');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('serves %s without authentication', async (host) => {
    const sut = await openAuthenticator({ ...defaults, host }, logger);
    expect(await sut.authenticate({ 'x-user': 'ada' })).toMatchObject({ kind: 'user', user: 'ada' });
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'api.example', '127.example'])('refuses to serve %s to all', async (host) => {
    const started = openAuthenticator({ ...defaults, host }, logger);
    await expect(started).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(host),
      remedy: expect.stringMatching(/http_basic.*BESSEMER_API_HOST.*BESSEMER_API_FORCE_NOAUTH=true/),
    });
    await expect(openAuthenticator({ ...defaults, host, forceNoauth: true }, logger)).resolves.toBeDefined();
  });

  it.each<[string, Partial<AuthenticationSettings>, RegExp]>([
    ['an unknown kind', { auth: 'keystone' }, /"keystone"/],
    ['no file', {}, /BESSEMER_API_HTPASSWD_FILE is required/],
    ['a file that is not there', { htpasswdFile: 'gone' }, /gone: There is no such file/],
    ['a folder', { htpasswdFile: '.' }, /cannot be read \(EISDIR\)/],
    ['a broken file', { htpasswdFile: 'broken' }, /broken: Line 1: /],
    ['an empty file', { htpasswdFile: 'empty' }, /names no user/],
  ])('refuses to start with %s', async (_, settings, message) => {
    const file = settings.htpasswdFile === undefined ? '' : join(folder, settings.htpasswdFile);
    const started = openAuthenticator({ ...defaults, auth: 'http_basic', ...settings, htpasswdFile: file }, logger);
    const error: unknown = await started.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(message),
      remedy: expect.anything(),
    });
    expect(String(error)).not.toContain('s3cret');
  });
});
