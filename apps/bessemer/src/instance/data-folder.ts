import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where one instance keeps everything: the layout below `--data DIR`. */
export class DataFolder {
  /** Absolute. */
  readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  get postgres(): string {
    return join(this.root, 'postgres');
  }
  get nats(): string {
    return join(this.root, 'nats');
  }
  /** Mode 0700; nothing in it is ever printed. */
  get secrets(): string {
    return join(this.root, 'secrets');
  }
  get logs(): string {
    return join(this.root, 'log');
  }
  get run(): string {
    return join(this.root, 'run');
  }
  get stateFile(): string {
    return join(this.run, 'state.json');
  }
  get lockFile(): string {
    return join(this.run, 'supervisor.lock');
  }

  /** The log of `supervisor`, `postgres`, `nats` or a service. */
  logFile(name: string): string {
    return join(this.logs, `${name}.log`);
  }

  /** What a service may use as scratch space. */
  workFolder(name: string): string {
    return join(this.root, 'work', name);
  }

  /** Makes the folders that every instance has. */
  async make(): Promise<void> {
    for (const folder of [this.root, this.logs, this.run]) await mkdir(folder, { recursive: true });
    await mkdir(this.secrets, { recursive: true, mode: 0o700 });
  }
}
