/**
 * A token bucket for each address: a burst up to the limit of a minute, refilled evenly. Addresses that have been
 * silent long enough to have a full bucket are forgotten.
 */
export class RateLimiter {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  /**
   * @param perMinute calls a minute from one address
   * @param now a clock in ms
   */
  constructor(
    private readonly perMinute: number,
    private readonly now: () => number,
  ) {}

  /** Counts a call; whether it is within the limit. */
  allows(address: string): boolean {
    const at = this.now();
    this.forget(at);
    const bucket = this.buckets.get(address) ?? { tokens: this.perMinute, at };
    const tokens = Math.min(this.perMinute, bucket.tokens + ((at - bucket.at) * this.perMinute) / 60_000);
    this.buckets.delete(address);
    this.buckets.set(address, { tokens: Math.max(0, tokens - 1), at });
    return tokens >= 1;
  }

  /** The map is in the order of the last calls, so the oldest stand first. */
  private forget(at: number): void {
    for (const [address, bucket] of this.buckets) {
      if (at - bucket.at < 60_000) return;
      this.buckets.delete(address);
    }
  }
}
