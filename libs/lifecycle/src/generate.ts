/**
 * Writes docs/reference/lifecycle.md; with --check it only tells whether the file is as it should be.
 *
 * usage: node libs/lifecycle/dist/generate.js [--check]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderLifecycle } from './diagram.js';
import { repositoryRoot } from './repository.js';

const path = 'docs/reference/lifecycle.md';
const file = join(repositoryRoot(), path);
const wanted = renderLifecycle();

if (process.argv.includes('--check')) {
  const present = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (present !== wanted) {
    const state = present === null ? 'is missing' : 'is stale';
    process.stderr.write(
      `${path} ${state}: run "npx tsc -b libs/lifecycle && node libs/lifecycle/dist/generate.js".\n`,
    );
    process.exitCode = 1;
  }
} else {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, wanted);
}
