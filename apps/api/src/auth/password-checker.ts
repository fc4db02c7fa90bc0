import { Worker } from 'node:worker_threads';
import { BessemerError } from '@bessemer/errors';

/** What the thread is asked. */
export interface PasswordQuestion {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

/** What the thread answers. */
export interface PasswordAnswer {
  readonly id: number;
  readonly isRight: boolean;
}

interface Waiting {
  readonly resolve: (isRight: boolean) => void;
  readonly reject: (error: Error) => void;
}

const mostWaiting = 100;

/** Checks passwords one after another in a thread of its own: one check takes up to seconds of computing. */
export class PasswordChecker {
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | undefined;
  private lastId = 0;

  /**
   * Whether the password has that bcrypt hash.
   *
   * @throws `unavailable` when 100 others wait
   */
  check(password: string, hash: string): Promise<boolean> {
    if (this.waiting.size >= mostWaiting)
      throw new BessemerError('unavailable', 'Too many passwords wait to be checked.', {
        remedy: 'Try again in a moment.',
      });
    const worker = this.running();
    this.lastId += 1;
    const question: PasswordQuestion = { id: this.lastId, password, hash };
    return new Promise((resolve, reject) => {
      this.waiting.set(question.id, { resolve, reject });
      worker.postMessage(question);
    });
  }

  /** Ends the thread; checks under way fail. */
  async stop(): Promise<void> {
    await this.worker?.terminate();
  }

  private running(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(new URL('./password.worker.js', import.meta.url));
    worker.unref();
    worker.on('message', ({ id, isRight }: PasswordAnswer) => {
      this.waiting.get(id)?.resolve(isRight);
      this.waiting.delete(id);
    });
    worker.once('error', (error) => this.end(worker, error));
    worker.once('exit', () => this.end(worker, new Error('the thread has ended')));
    this.worker = worker;
    return worker;
  }

  /** The next check starts another thread. */
  private end(worker: Worker, cause: unknown): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    for (const { reject } of this.waiting.values())
      reject(new BessemerError('unavailable', 'The password could not be checked.', { cause }));
    this.waiting.clear();
  }
}
