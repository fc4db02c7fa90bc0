const pollMs = 10;

/**
 * Resolves with what `condition` returns as soon as that is neither false nor undefined; asks again every 10 ms.
 *
 * @param what is waited for, named in the error
 * @throws when it did not come true in time; what `condition` throws
 */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
