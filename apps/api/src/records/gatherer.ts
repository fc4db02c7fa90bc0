/** How work is gathered. */
export interface GathererOptions {
  /** The most pieces that are done in one go. */
  readonly largest: number;
  /** How many batches may be under way at a time; one that lets the next one go is not counted any more. */
  readonly atOnce: number;
}

/** So many batches more may wait for their end after they have let the next one begin: whatever they wait for is slow then. */
const mostWaiting = 2;

interface Waiting<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does what many requests ask for at the same time in one go: while a batch is under way, the next one gathers. A
 * request that comes alone is done at once; under load one statement serves many.
 */
export class Gatherer<Input, Output> {
  private waiting: Waiting<Input, Output>[] = [];
  private underWay = 0;
  private unfinished = 0;
  private isPlanned = false;

  /**
   * @param work gives for each piece what came of it, in their order; an Error refuses the piece, a rejection all pieces.
   *   It may let the next batch begin before that, by its second argument: when it merely waits
   */
  constructor(
    private readonly work: (inputs: readonly Input[], letNextBegin: () => void) => Promise<readonly (Output | Error)[]>,
    private readonly options: GathererOptions,
  ) {}

  /** Does one piece of work with others; rejects with what refuses it. */
  do(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      this.plan();
    });
  }

  /** Requests that arrive in the same turn of the event loop are served together. */
  private plan(): void {
    const { atOnce } = this.options;
    if (this.isPlanned || this.underWay >= atOnce || this.unfinished >= atOnce + mostWaiting) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      this.begin();
    });
  }

  private begin(): void {
    const batch = this.waiting.splice(0, this.options.largest);
    if (batch.length === 0) return;
    this.underWay += 1;
    this.unfinished += 1;
    let isCounted = true;
    const letNextBegin = (): void => {
      if (!isCounted) return;
      isCounted = false;
      this.underWay -= 1;
      if (this.waiting.length > 0) this.plan();
    };
    void this.run(batch, letNextBegin).finally(() => {
      this.unfinished -= 1;
      letNextBegin();
      if (this.waiting.length > 0) this.plan();
    });
    if (this.waiting.length > 0) this.plan();
  }

  private async run(batch: readonly Waiting<Input, Output>[], letNextBegin: () => void): Promise<void> {
    try {
      const outputs = await this.work(
        batch.map(({ input }) => input),
        letNextBegin,
      );
      batch.forEach(({ resolve, reject }, index) => {
        const output = outputs[index];
        if (output instanceof Error) reject(output);
        else resolve(output as Output);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
