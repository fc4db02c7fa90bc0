/** What a phase of `./bessemer test` counts. */
export interface Tally {
  passed: number;
  failed: number;
  /** Why it did not run; it then counts nothing. */
  skipped?: string;
}

/** One part of `./bessemer test`. */
export interface Phase {
  name: string;
  /** Runs it, printing what a reader wants to see as it goes. A rejection counts as one failure. */
  run(): Promise<Tally>;
}

/**
 * Runs phases one after the other, prints the time that each took, and ends with the line `N passed, M failed`.
 *
 * @param print gets each line
 * @returns whether nothing failed
 */
export async function runPhases(phases: readonly Phase[], print: (line: string) => void): Promise<boolean> {
  const lines: string[] = [];
  const total = { passed: 0, failed: 0 };
  for (const phase of phases) {
    print(`\n== ${phase.name}`);
    const startedAt = performance.now();
    const tally = await phase.run().catch((error: unknown): Tally => {
      print(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return { passed: 0, failed: 1 };
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const outcome = tally.skipped ?? `${tally.passed} passed, ${tally.failed} failed`;
    lines.push(`${phase.name.padEnd(12)} ${seconds.padStart(6)} s  ${outcome}`);
    print(`== ${lines.at(-1)}`);
    total.passed += tally.passed;
    total.failed += tally.failed;
  }
  if (phases.length > 1) print(`\n${lines.join('\n')}`);
  print(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0;
}
