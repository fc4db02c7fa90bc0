import { join } from 'node:path';
import { EmbeddedPostgres } from '@bessemer/embedded';
import { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js';

let shared: Promise<TestPostgres> | undefined;

/** A Postgres server for tests: always at the same port, so that it may be killed and come back. */
export class TestPostgres {
  private constructor(
    private readonly folder: string,
    private server: EmbeddedPostgres,
  ) {}

  /** The one of this process, started when it is asked for first; it ends with the process. */
  static shared(): Promise<TestPostgres> {
    shared ??= TestPostgres.start();
    return shared;
  }

  /** One of its own, for a test that kills it. */
  static async start(): Promise<TestPostgres> {
    const folder = temporaryFolder('postgres');
    const server = await EmbeddedPostgres.start({ dataDir: join(folder, 'data'), durable: false });
    return new TestPostgres(folder, server);
  }

  get adminUrl(): string {
    return this.server.adminUrl;
  }

  get pid(): number {
    return this.server.pid;
  }

  /** Ends it as a crash does, and leaves it so until {@link resume}. */
  async kill(): Promise<void> {
    await this.server.kill();
  }

  /** Starts it again on the same data and port. */
  async resume(): Promise<void> {
    this.server = await EmbeddedPostgres.start({
      dataDir: join(this.folder, 'data'),
      port: this.server.port,
      durable: false,
    });
  }

  async stop(): Promise<void> {
    await this.server.stop();
    removeTemporaryFolder(this.folder);
  }
}
