import { describe, expect, it } from 'vitest';
import { cliCredentials, credentialHeaders } from './credentials.js';

const own = { BESSEMER_API_USER: 'ada', BESSEMER_API_PASSWORD: 'pässwörd' };
const client = { OS_AUTH_TYPE: 'http_basic', OS_USERNAME: 'bob', OS_PASSWORD: 'secret' };

describe(credentialHeaders, () => {
  it.each([
    ['our own variables', own, 'ada:pässwörd'],
    ["those of Ironic's client", client, 'bob:secret'],
    ['both, of which ours win', { ...client, ...own }, 'ada:pässwörd'],
  ])('takes %s', (_, env, pair) => {
    expect(credentialHeaders(env)).toEqual({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
    const [user, password] = pair.split(':');
    expect(cliCredentials(env)).toEqual({ OS_AUTH_TYPE: 'http_basic', OS_USERNAME: user, OS_PASSWORD: password });
  });

  it.each([
    ['nobody', {}],
    ['half of it', { BESSEMER_API_USER: 'ada' }],
    ['another kind', { ...client, OS_AUTH_TYPE: 'password' }],
  ])('sends nothing for %s', (_, env) => {
    expect(credentialHeaders(env)).toEqual({});
    expect(cliCredentials(env)).toEqual({ OS_AUTH_TYPE: 'none' });
  });
});
