import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { formatKeysFile, generateSealingKey, publicHalf } from '@bessemer/secrets';
import { type TestStack, temporaryFolder, waitFor } from '../../../integration/stack/index.js';

const main = join(dirname(createRequire(import.meta.url).resolve('@bessemer/api')), 'main.js');
const startMs = 30_000;

/** The api as a process of its own that logs all it can, so that its output can be read and its death is seen. */
export class ApiProcess {
  private readonly chunks: string[] = [];

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => this.chunks.push(chunk));
  }

  /** Starts one on the stack; it ends with the stack. */
  static async start(stack: TestStack): Promise<ApiProcess> {
    const keyFile = join(temporaryFolder('fuzz'), 'keys.json');
    await writeFile(keyFile, formatKeysFile([publicHalf(generateSealingKey())]));
    const child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env['PATH'],
        ...stack.environment('api'),
        BESSEMER_LOG_LEVEL: 'trace',
        BESSEMER_API_PORT: '0',
        BESSEMER_INTERNAL_TOKEN: 'a-token-of-the-tests',
        BESSEMER_SEALING_PUBLIC_KEY_FILE: keyFile,
        BESSEMER_NODE_LOCK_WAIT: '20ms',
        BESSEMER_INSPECTOR_URL: 'http://127.0.0.1:9',
      },
    });
    const api = new ApiProcess(child);
    stack.onStop(() => api.stop());
    await waitFor('the api is ready', () => api.url !== '', startMs);
    return api;
  }

  /** Where it listens; empty while it does not. */
  get url(): string {
    return /"url":"(http:[^"]+)","msg":"api is ready"/.exec(this.output)?.[1] ?? '';
  }

  /** All that it has written. */
  get output(): string {
    return this.chunks.join('');
  }

  /** Whether it still runs. */
  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  private async stop(): Promise<void> {
    if (!this.isAlive) return;
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGTERM');
    await ended;
  }
}
