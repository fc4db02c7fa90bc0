import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@bessemer/contracts';
import type { TestStack } from '../stack/index.js';

/** One of the programs beside this file as a process of its own, with a service's environment. */
export class Child {
  readonly exited: Promise<void>;
  private readonly heard = new Set<unknown>();

  private constructor(private readonly process: ChildProcess) {
    this.exited = once(process, 'exit').then(() => undefined);
    process.on('message', (message) => this.heard.add(message));
  }

  /** Starts the program and returns when it works. */
  static async start(
    stack: TestStack,
    service: ServiceName,
    program: 'publish' | 'consume',
    args: readonly string[] = [],
  ): Promise<Child> {
    const path = fileURLToPath(new URL(`./programs/${program}.js`, import.meta.url));
    const child = new Child(
      fork(path, args, { env: { PATH: process.env['PATH'], ...stack.environment(service) }, stdio: 'inherit' }),
    );
    stack.onStop(() => child.kill());
    await child.hear('ready');
    return child;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Resolves when the program has said so; rejects when it ends before. */
  async hear(message: 'ready' | 'done'): Promise<void> {
    while (!this.heard.has(message)) {
      const event = await Promise.race([once(this.process, 'message'), this.exited]);
      if (!event) throw new Error(`the program ended before it was ${message}`);
    }
  }

  /** Stops it in mid-air, until {@link resume} or {@link kill}. */
  pause(): void {
    this.process.kill('SIGSTOP');
  }

  resume(): void {
    this.process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.isGone) return;
    this.process.kill('SIGKILL');
    await this.exited;
  }

  /** Asks it to finish its work and end. */
  async stop(): Promise<void> {
    if (this.isGone) return;
    this.process.send('stop');
    await this.exited;
  }

  private get isGone(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }
}
