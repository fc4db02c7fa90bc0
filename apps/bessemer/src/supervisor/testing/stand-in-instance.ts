import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import type { InstanceStatus, ServiceStatus } from '../../instance/instance-status.js';

const run = promisify(execFile);
const standIn = fileURLToPath(new URL('./stand-in-service.js', import.meta.url));

/** The compiled entry of the command. */
export const mainProgram = fileURLToPath(new URL('../../main.js', import.meta.url));

/** An instance, run by the command as a user runs it, with stand-ins for the services. */
export class StandInInstance {
  private constructor(
    private readonly folder: string,
    readonly env: Record<string, string | undefined>,
  ) {}

  /** @param env variables of the command beyond the few that it needs */
  static async create(env: Record<string, string> = {}): Promise<StandInInstance> {
    const folder = await mkdtemp(join(tmpdir(), 'bessemer-up-'));
    const apps = join(folder, 'apps');
    for (const app of ['api', 'inspector', 'dhcp-manager', 'conductor']) {
      await mkdir(join(apps, app, 'dist'), { recursive: true });
      await symlink(standIn, join(apps, app, 'dist', 'main.js'));
    }
    return new StandInInstance(folder, { PATH: process.env['PATH'], HOME: folder, BESSEMER_APPS_DIR: apps, ...env });
  }

  /** Its `--data`. */
  get data(): string {
    return join(this.folder, 'data');
  }

  /** Runs a command on it; rejects with its `stderr` when it ends with another exit code than 0. */
  async bessemer(command: string, ...args: string[]): Promise<string> {
    return (await run(process.execPath, [mainProgram, command, '--data', this.data, ...args], { env: this.env }))
      .stdout;
  }

  async status(): Promise<InstanceStatus> {
    return JSON.parse(await this.bessemer('status', '--json'));
  }

  /** The first status that fulfils the condition. */
  async until(condition: (status: InstanceStatus) => boolean): Promise<InstanceStatus> {
    const check = async () => {
      const now = await this.status();
      expect(condition(now), JSON.stringify(now)).toBe(true);
      return now;
    };
    return await vi.waitFor(check, { timeout: 20_000, interval: 100 });
  }

  /** The environment that a stand-in was started with. */
  async environmentOf(name: string): Promise<Record<string, string>> {
    return JSON.parse(await readFile(join(this.data, 'work', name, 'environment.json'), 'utf8'));
  }

  /** Stops it and removes what it left. */
  async remove(): Promise<void> {
    await this.bessemer('down');
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** All processes of the status. */
export function everyService(status: InstanceStatus): ServiceStatus[] {
  return Object.values(status).flat();
}

/** Whether all of it is healthy. */
export function isUp(status: InstanceStatus): boolean {
  return everyService(status).every(({ healthy }) => healthy);
}
