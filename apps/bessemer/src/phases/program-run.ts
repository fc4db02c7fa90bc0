import { spawn } from 'node:child_process';
import { findSetpriv } from '@bessemer/embedded';

/** How a program ended, and what it said. */
export interface ProgramRun {
  /** Null when a signal ended it. */
  code: number | null;
  /** Standard output and error as they came. */
  output: string;
}

/** How a program is run. */
export interface ProgramRunOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Also shows the output as it comes. */
  echo?: boolean;
}

/** Runs a program to its end; it dies with this process. Throws only when it cannot be started. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramRunOptions = {},
): Promise<ProgramRun> {
  const setpriv = findSetpriv();
  const [file = program, ...rest] = setpriv ? [setpriv, '--pdeathsig=TERM', program, ...args] : [program, ...args];
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      chunks.push(text);
      if (options.echo) process.stdout.write(text);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output: chunks.join('') };
}
