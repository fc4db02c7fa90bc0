/** One machine as the screen shows it. */
export interface MachineLine {
  name: string;
  state: string;
  power: string;
  /** What it waits for or does. */
  reason: string;
  since: Date;
}

const logLines = 12;

/** Draws the demo: a live table on a terminal, a line a change elsewhere (CI). */
export class Screen {
  private readonly machines = new Map<string, MachineLine>();
  private readonly log: string[] = [];
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param output where to draw
   * @param title the line on top
   * @param now the clock
   */
  constructor(
    private readonly output: NodeJS.WriteStream,
    private readonly title: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Begins to draw; the clock column moves by itself. */
  start(): void {
    if (this.output.isTTY) this.timer = setInterval(() => this.draw(), 500);
  }

  /** Draws a last time and stops. */
  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = undefined;
    if (this.output.isTTY) this.draw();
  }

  /** Shows what a machine is and does now. */
  machine(uuid: string, line: MachineLine): void {
    this.machines.set(uuid, line);
    if (this.output.isTTY) this.draw();
  }

  /** Adds a line to the event log. */
  event(text: string): void {
    const line = `${this.now().toISOString().slice(11, 23)} ${text}`;
    if (!this.output.isTTY) {
      this.output.write(`${line}\n`);
      return;
    }
    this.log.push(line);
    if (this.log.length > logLines) this.log.shift();
    this.draw();
  }

  private draw(): void {
    const width = this.output.columns ?? 120;
    const rows = [...this.machines.values()]
      .sort((first, second) => first.name.localeCompare(second.name))
      .map((line) => {
        const seconds = Math.max(0, Math.round((this.now().getTime() - line.since.getTime()) / 1000));
        return `${line.name.padEnd(20)} ${line.state.padEnd(16)} ${line.power.padEnd(10)} ${`${seconds}s`.padStart(5)}  ${line.reason}`;
      });
    const header = `${'machine'.padEnd(20)} ${'state'.padEnd(16)} ${'power'.padEnd(10)} since  doing or waiting for`;
    const lines = [this.title, '', header, ...rows, '', 'events', ...this.log];
    const text = lines.map((line) => `${line.slice(0, width - 1)}\x1b[K`).join('\n');
    this.output.write(`\x1b[H${text}\x1b[J`);
  }
}
