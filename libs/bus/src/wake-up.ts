/** A flag that one loop waits for and others set; setting it while nobody waits is not lost. */
export class WakeUp {
  private isSet = false;
  private resolve: (() => void) | undefined;

  set(): void {
    this.isSet = true;
    this.resolve?.();
  }

  reset(): void {
    this.isSet = false;
  }

  /** Resolves when the flag is set, the time is over or the signal fires, whatever comes first. */
  async wait(milliseconds: number, stop?: AbortSignal): Promise<void> {
    if (this.isSet || stop?.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        stop?.removeEventListener('abort', end);
        this.resolve = undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      stop?.addEventListener('abort', end, { once: true });
      this.resolve = end;
    });
  }
}
