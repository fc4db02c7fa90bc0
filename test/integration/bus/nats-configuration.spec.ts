import { busUsers, natsConfiguration } from '@bessemer/bus';
import { EmbeddedNats, freePort } from '@bessemer/embedded';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTemporaryFolder, temporaryFolder } from '../stack/index.js';

/** bcrypt of `open sesame`. */
const hash = '$2b$04$2DSKs1/foRr5B8b1n3gR6OA4nwM6/liUfei2ll/Xt1aqsjDSstYii';
const awkward = 'a "quoted" \\ $password #{}';

describe(natsConfiguration, () => {
  const folder = temporaryFolder('configuration');
  let nats: EmbeddedNats;

  beforeAll(async () => {
    const port = await freePort();
    const passwords = { api: hash, conductor: awkward, inspector: 'i', dhcp: 'd', subscriber: 's' };
    const config = natsConfiguration({ port, storeDir: folder, passwords });
    nats = await EmbeddedNats.start({ dataDir: folder, port, config });
  });
  afterAll(async () => {
    await nats.stop();
    removeTemporaryFolder(folder);
  });

  it.each([
    { user: 'api', pass: 'open sesame', what: 'given as a bcrypt hash' },
    { user: 'conductor', pass: awkward, what: 'with characters that mean something in the file' },
  ])('takes a password $what', async ({ user, pass }) => {
    const connection = await connect({ servers: nats.url, user, pass, reconnect: false });
    await connection.close();
    await expect(connect({ servers: nats.url, user, pass: hash, reconnect: false })).rejects.toThrow(/authorization/i);
  });

  it('binds to the loopback address unless told otherwise', () => {
    const passwords = { api: '', conductor: '', inspector: '', dhcp: '', subscriber: '' };
    expect(natsConfiguration({ port: 1, storeDir: '/s', passwords })).toContain('listen: "127.0.0.1:1"');
    expect(natsConfiguration({ host: '192.0.2.1', port: 1, storeDir: '/s', passwords })).toContain('"192.0.2.1:1"');
  });

  it('has all users', () => {
    const passwords = { api: '', conductor: '', inspector: '', dhcp: '', subscriber: '' };
    const text = natsConfiguration({ port: 1, storeDir: '/s', passwords });
    for (const user of busUsers) expect(text).toContain(`user: "${user}"`);
  });
});
