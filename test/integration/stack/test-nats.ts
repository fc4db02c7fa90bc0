import { randomBytes } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BusUser, busUsers, natsConfiguration } from '@bessemer/bus';
import { EmbeddedNats, freePort } from '@bessemer/embedded';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js';

/** A NATS server for one test file, with the users and rights of production, always at the same port. */
export class TestNats {
  private constructor(
    private readonly folder: string,
    private readonly config: string,
    /** By user. */
    readonly passwords: Record<BusUser, string>,
    private readonly administratorPassword: string,
    private server: EmbeddedNats,
  ) {}

  static async start(): Promise<TestNats> {
    const folder = temporaryFolder('nats');
    const passwords = Object.fromEntries(
      busUsers.map((user) => [user, randomBytes(12).toString('base64url')]),
    ) as Record<BusUser, string>;
    const port = await freePort();
    const administrator = randomBytes(12).toString('base64url');
    const production = natsConfiguration({ port, storeDir: join(folder, 'data'), passwords });
    const config = production.replace('users = [', `users = [ { user: "administrator", password: "${administrator}" }`);
    const server = await EmbeddedNats.start({ dataDir: join(folder, 'data'), port, config });
    return new TestNats(folder, config, passwords, administrator, server);
  }

  get url(): string {
    return this.server.url;
  }

  get pid(): number {
    return this.server.pid;
  }

  /** A connection of one who may do everything, as an operator; production has no such user. The caller closes it. */
  async connectAsAdministrator(): Promise<NatsConnection> {
    return await connect({ servers: this.url, user: 'administrator', pass: this.administratorPassword });
  }

  /** Ends it as a crash does, and leaves it so until {@link resume}. */
  async kill(): Promise<void> {
    await this.server.kill();
  }

  /** Starts it again on what its store holds. */
  async resume(): Promise<void> {
    this.server = await EmbeddedNats.start({
      dataDir: join(this.folder, 'data'),
      port: this.server.port,
      config: this.config,
    });
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.resume();
  }

  /** Empties the store; the server must not run. */
  async deleteStore(): Promise<void> {
    await rm(this.store, { recursive: true, force: true });
  }

  /** Keeps the store as it is now; the server must not run. */
  async saveStore(): Promise<void> {
    await cp(this.store, join(this.folder, 'saved'), { recursive: true });
  }

  /** Puts the store back to what was kept, as a disk does that lost its last writes; the server must not run. */
  async restoreStore(): Promise<void> {
    await this.deleteStore();
    await cp(join(this.folder, 'saved'), this.store, { recursive: true });
  }

  async stop(): Promise<void> {
    await this.server.stop();
    removeTemporaryFolder(this.folder);
  }

  private get store(): string {
    return join(this.folder, 'data', 'jetstream');
  }
}
