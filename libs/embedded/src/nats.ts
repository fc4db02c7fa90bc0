import { mkdir, rename, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { BessemerError } from '@bessemer/errors';
import { freePort } from './free-port.js';
import { findNatsProgram } from './nats-program.js';
import { type Exit, ServerProcess } from './server-process.js';

/** NATS shares the machine with all else: threads of it that look for work on every processor would take them from who has some. */
const processors = Math.max(1, Math.floor(availableParallelism() / 2));

/** How an embedded NATS is started. */
export interface NatsOptions {
  /** Everything it keeps: the JetStream store, and its configuration file. Made when it is missing. */
  dataDir: string;
  /** 0 or unset: a free one. */
  port?: number;
  /**
   * Text of a nats-server configuration (users, limits). Address and port are set by the launcher whatever it says, and JetStream
   * too unless it has a `jetstream` block.
   */
  config?: string;
  /** Path of the program; default: {@link findNatsProgram}. */
  program?: string;
  /** Every line of the server's log. */
  onLine?(line: string): void;
}

const startTimeoutMs = 30_000;

/** A NATS server with JetStream of one's own, on the loopback interface. */
export class EmbeddedNats {
  private constructor(
    private readonly server: ServerProcess,
    readonly port: number,
    /** `nats://` URL without credentials. */
    readonly url: string,
  ) {}

  /**
   * Starts the server and returns when it answers with JetStream.
   *
   * @throws `unavailable` with the end of the server's log when it does not come up
   */
  static async start(options: NatsOptions): Promise<EmbeddedNats> {
    const dataDir = resolve(options.dataDir);
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const program = options.program ?? (await findNatsProgram());
    const configFile = join(dataDir, 'nats-server.conf');
    await writeFile(`${configFile}.new`, options.config ?? '', { mode: 0o600 });
    await rename(`${configFile}.new`, configFile);
    const jetStream = /^\s*jetstream\b/m.test(options.config ?? '') ? [] : ['-js', '-sd', dataDir];
    const deadline = Date.now() + startTimeoutMs;
    for (;;) {
      const port = options.port || (await freePort());
      const server = ServerProcess.spawn('NATS', {
        program,
        args: ['-c', configFile, '-a', '127.0.0.1', '-p', String(port), ...jetStream],
        cwd: dataDir,
        env: { PATH: process.env['PATH'], HOME: dataDir, TZ: 'UTC', GOMAXPROCS: String(processors) },
        ...(options.onLine ? { onLine: options.onLine } : {}),
      });
      try {
        await server.waitForLine(/Server is ready/, startTimeoutMs);
        await greeting(port);
        return new EmbeddedNats(server, port, `nats://127.0.0.1:${port}`);
      } catch (error) {
        await server.stop('SIGKILL');
        const portTaken = /address already in use/.test(server.output) && !options.port;
        if (!portTaken || Date.now() > deadline) throw error;
      }
    }
  }

  get pid(): number {
    return this.server.pid;
  }

  /** Resolves when the server is gone, for whatever reason. */
  get exited(): Promise<Exit> {
    return this.server.exited;
  }

  /** Shuts down in order. */
  async stop(): Promise<void> {
    await this.server.stop('SIGTERM');
  }

  /** Ends the server as a crash does. */
  async kill(): Promise<void> {
    await this.server.stop('SIGKILL');
  }
}

/** The first thing a NATS server says to a client is `INFO {…}`; without JetStream it is of no use here. */
async function greeting(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, timeout: startTimeoutMs });
  try {
    const text = await new Promise<string>((done, fail) => {
      let received = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk: string) => {
        received += chunk;
        if (received.includes('\r\n')) done(received);
      });
      socket.once('error', fail);
      socket.once('close', () => fail(new BessemerError('unavailable', 'NATS closed the connection.')));
      socket.once('timeout', () => fail(new BessemerError('unavailable', 'NATS did not answer.')));
    });
    const info = JSON.parse(/^INFO (\{.*\})/.exec(text)?.[1] ?? '{}') as { jetstream?: boolean };
    if (!info.jetstream) throw new BessemerError('unavailable', 'NATS runs without JetStream.');
  } finally {
    socket.destroy();
  }
}
