import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BessemerError } from '@bessemer/errors';
import { runProgram } from './program-run.js';

/** The compiled entry of this command. */
export const mainProgram = fileURLToPath(new URL('../main.js', import.meta.url));

/**
 * Runs `work` against a fresh instance of its own. The instance's folder, logs included, is kept when `work` does not succeed.
 *
 * @param name for the folder
 * @param env variables for the services
 * @param work gets the URL of the api and a folder for its own files; answers whether it succeeded
 */
export async function withScratchInstance(
  name: string,
  env: Record<string, string>,
  work: (apiUrl: string, folder: string) => Promise<boolean>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `bessemer-${name}-`));
  const data = join(folder, 'data');
  const bessemer = (...args: string[]) =>
    runProgram(process.execPath, [mainProgram, ...args, '--data', data], { env: { ...process.env, ...env } });
  let succeeded = false;
  try {
    const up = await bessemer('up', '-d', '--port', '0', '--inspector-port', '0');
    const apiUrl = /^API +(\S+)$/m.exec(up.output)?.[1];
    if (up.code !== 0 || !apiUrl) throw new BessemerError('unavailable', `The instance did not come up.\n${up.output}`);
    succeeded = await work(apiUrl, folder);
  } finally {
    await bessemer('down');
    if (succeeded) await rm(folder, { recursive: true, force: true });
    else process.stdout.write(`logs and data of this instance: ${folder}\n`);
  }
}
