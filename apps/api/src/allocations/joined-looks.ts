/** Runs one look at a time: however often it is woken meanwhile, one more follows, and no more. */
export class JoinedLooks {
  private running: Promise<void> | undefined;
  private isWanted = false;
  private stopped = false;

  /** @param look never rejects */
  constructor(private readonly look: () => Promise<void>) {}

  /** Whether no look begins any more; one that is under way ends early by it. */
  get isStopped(): boolean {
    return this.stopped;
  }

  /** Looks now, or once more after the look that is under way. */
  wake(): void {
    if (this.stopped) return;
    this.isWanted = true;
    this.running ??= this.lookWhileWanted();
  }

  /** Lets no other look begin; resolves when the one that is under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async lookWhileWanted(): Promise<void> {
    while (this.isWanted && !this.stopped) {
      this.isWanted = false;
      await this.look();
    }
    this.running = undefined;
  }
}
