import type { AgentOptions } from './agent-options.js';
import type { Print } from './console.js';
import type { FaultPlan } from './faults.js';
import type { Heartbeat, IronicClient } from './ironic-client.js';

const shortestIntervalS = 5;

/** Tells the API in intervals, and at once when there is news, that the agent lives and where. */
export class Heartbeater {
  private timer: NodeJS.Timeout | undefined;
  private sending = false;
  private isForced = false;

  /** @param heartbeatTimeoutS after what time the API takes a silent agent for dead. */
  constructor(
    private readonly client: IronicClient,
    private readonly nodeUuid: string,
    private readonly beat: Heartbeat,
    private readonly heartbeatTimeoutS: number,
    private readonly options: Pick<AgentOptions, 'heartbeatIntervalS' | 'timeScale'>,
    private readonly faults: FaultPlan,
    private readonly print: Print,
  ) {}

  /** Sends a heartbeat now, or right after the one that is under way; the next ones follow in their interval. */
  force(): void {
    if (this.sending) {
      this.isForced = true;
      return;
    }
    clearTimeout(this.timer);
    this.sending = true;
    this.send().then(
      (waitS) => this.schedule(waitS),
      (error: unknown) => {
        this.print('heartbeat could not be sent', { problem: error instanceof Error ? error.message : String(error) });
        this.schedule(this.retryS());
      },
    );
  }

  /** Sends no more heartbeats. */
  stop(): void {
    clearTimeout(this.timer);
    this.sending = true;
  }

  private async send(): Promise<number> {
    if (this.faults.current().dropHeartbeats) {
      this.print('heartbeat dropped on purpose');
      return this.intervalS();
    }
    const status = await this.client.heartbeat(this.nodeUuid, this.beat);
    if (status === 202) {
      return this.intervalS();
    }
    if (status === 409) {
      this.print('heartbeat met a busy node');
    }
    return this.retryS();
  }

  private schedule(waitS: number): void {
    this.sending = false;
    const wait = this.isForced ? 0 : waitS;
    this.isForced = false;
    this.timer = setTimeout(() => this.force(), wait * 1000);
  }

  private intervalS(): number {
    return (
      this.options.heartbeatIntervalS ??
      Math.max(shortestIntervalS, this.heartbeatTimeoutS * (0.3 + Math.random() * 0.3))
    );
  }

  private retryS(): number {
    return 5 * (1 + Math.random()) * this.options.timeScale;
  }
}
