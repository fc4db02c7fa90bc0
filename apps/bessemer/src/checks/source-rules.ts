import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const longestFile = 400;

/** Ways around the type checker and the linter, and notes of work not done. */
const forbidden: readonly [RegExp, string][] = [
  [/@ts-(ignore|expect-error|nocheck)/, 'switches the type checker off'],
  [/biome-ignore/, 'switches the linter off'],
  [/\bas unknown as\b/, 'casts through unknown'],
  [/\b(TODO|FIXME|XXX)\b/, 'is a note of work not done'],
];

/**
 * What the linter does not look at: long files, attics, suppressions.
 *
 * @param root of the repository
 * @returns a line for each problem, `path:line text`
 */
export async function findSourceProblems(root: string): Promise<string[]> {
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], { cwd: root });
  const problems: string[] = [];
  for (const path of stdout.split('\n').filter(Boolean)) {
    const text = await readFile(join(root, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
      // Listed by git, removed since.
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const lines = text.split('\n');
    if (lines.length > longestFile + 1)
      problems.push(`${path} has ${lines.length - 1} lines, more than ${longestFile}`);
    if (/(^|\/)(utils?|helpers?|common)\.ts$/.test(path)) problems.push(`${path} is an attic: name what is in it`);
    if (path.endsWith('source-rules.ts') || path.endsWith('source-rules.spec.ts')) continue;
    for (const [index, line] of lines.entries()) {
      for (const [pattern, what] of forbidden) {
        if (pattern.test(line)) problems.push(`${path}:${index + 1} ${what}`);
      }
    }
  }
  return problems;
}
