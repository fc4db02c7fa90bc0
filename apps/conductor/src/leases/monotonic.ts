/** Milliseconds of the machine's monotonic clock, which all threads share and a stopped process does not stop. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
