import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConductorSettings, conductorSettings, type StartedConductor, startConductor } from '@bessemer/conductor';
import { formatKeysFile, type SealingKey } from '@bessemer/secrets';
import { readSettings } from '@bessemer/settings';
import type { TestStack } from '../stack/index.js';
import { scriptedCatalogue } from './scripted-hardware.js';

/** Starts conductors with scripted hardware on a stack, with which they stop. */
export class StartedConductors {
  private readonly keysFile: string;

  /** @param folder where the file of sealing keys is put */
  constructor(
    private readonly stack: TestStack,
    private readonly key: SealingKey,
    folder: string,
  ) {
    this.keysFile = join(folder, 'keys.json');
    writeFileSync(this.keysFile, formatKeysFile([key]), { mode: 0o600 });
  }

  /** Starts one in this process. */
  async start(
    host: string,
    settings: Partial<ConductorSettings> = {},
    catalogue = scriptedCatalogue(),
  ): Promise<StartedConductor> {
    const conductor = await startConductor({
      settings: { ...readSettings(conductorSettings, this.environment(host)), ...settings },
      catalogue,
      sealingKeys: [this.key],
      logger: this.stack.logger,
    });
    let stopped: Promise<void> | undefined;
    const once = () => {
      stopped ??= conductor.stop();
      return stopped;
    };
    this.stack.onStop(once);
    return { stop: once };
  }

  /** Starts one in a process of its own, to be killed. */
  async spawn(host: string, environment: Record<string, string> = {}): Promise<ChildProcess> {
    const program = fileURLToPath(new URL('./conductor-process.js', import.meta.url));
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, ...this.environment(host), ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.stack.onStop(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    for await (const chunk of child.stdout) if (String(chunk).includes('ready')) break;
    return child;
  }

  private environment(host: string): Record<string, string> {
    return {
      ...this.stack.environment('conductor'),
      BESSEMER_CONDUCTOR_HOST: host,
      BESSEMER_HARDWARE_TYPES: 'fake-hardware',
      BESSEMER_SEALING_KEYS_FILE: this.keysFile,
    };
  }
}
