import type { Exit } from '@bessemer/embedded';

/** A process that runs now. */
export interface Running {
  pid: number;
  /** Where it serves, without credentials. */
  url?: string;
  healthPort?: number;
  /** Resolves when it is gone. */
  exited: Promise<Exit>;
  /** Ends it in order; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Something that is kept running. */
export interface Program {
  name: string;
  /** Starts it; resolves as soon as there is a process, rejects when there cannot be one. */
  start(): Promise<Running>;
}

/** Told when something happens to a program. */
export interface SupervisionListener {
  started(name: string, running: Running): void;
  /** It ended by itself, or could not be started; it is started again after the pause. */
  died(name: string, reason: string, restartInMs: number): void;
}

const shortestPauseMs = 100;
const longestPauseMs = 5_000;
/** After so long a life, a death is no longer part of a series. */
const steadyMs = 10_000;

/** One program, started again whenever it dies, after a pause that grows while it keeps dying. */
export class Supervised {
  running: Running | undefined;
  /** How often it died without a steady life in between. */
  deaths = 0;
  private stopping = false;
  private wakeUp: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly program: Program,
    private readonly listener: SupervisionListener,
  ) {}

  get name(): string {
    return this.program.name;
  }

  /**
   * Starts it for the first time and keeps it running from then on.
   *
   * @throws what the program's own start throws; it is then not supervised
   */
  async start(): Promise<void> {
    await this.launch();
    this.loop = this.keepRunning();
  }

  /** Ends it, or the wait for its next start, for good. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeUp();
    await this.running?.stop();
    await this.loop;
  }

  private async launch(): Promise<void> {
    const running = await this.program.start();
    this.running = running;
    this.listener.started(this.name, running);
    // A stop that came while it started found nothing to end.
    if (this.stopping) await running.stop();
  }

  private async keepRunning(): Promise<void> {
    let startedAt = performance.now();
    while (!this.stopping) {
      let reason: string;
      if (this.running) {
        const exit = await this.running.exited;
        this.running = undefined;
        reason = exit.signal ? `ended by ${exit.signal}` : `ended with exit code ${exit.code}`;
      } else {
        try {
          startedAt = performance.now();
          await this.launch();
          continue;
        } catch (error) {
          reason = error instanceof Error ? error.message : String(error);
        }
      }
      if (this.stopping) return;
      if (performance.now() - startedAt > steadyMs) this.deaths = 0;
      const pauseMs = Math.min(shortestPauseMs * 2 ** this.deaths, longestPauseMs);
      this.deaths += 1;
      this.listener.died(this.name, reason, pauseMs);
      await this.pause(pauseMs);
    }
  }

  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.stopping) this.wakeUp();
    });
  }
}
