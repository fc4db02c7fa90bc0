/**
 * Writes docs/reference/openapi.json and docs/reference/versions.md; with --check it only tells which are not as they
 * should be.
 *
 * usage: node apps/api/dist/openapi/generate.js [--check]
 */
import 'reflect-metadata';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApiText } from './document.js';
import { versionsPage } from './versions-page.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
const onlyCheck = process.argv.includes('--check');
const wanted: Readonly<Record<string, string>> = {
  'docs/reference/openapi.json': openApiText(),
  'docs/reference/versions.md': versionsPage(),
};

const stale = Object.entries(wanted).filter(([path, text]) => {
  const file = resolve(root, path);
  return !existsSync(file) || readFileSync(file, 'utf8') !== text;
});

if (!onlyCheck) for (const [path, text] of stale) writeFileSync(resolve(root, path), text);
else if (stale.length > 0) {
  const names = stale.map(([path]) => path).join(', ');
  process.stderr.write(`Stale: ${names}. Run node apps/api/dist/openapi/generate.js and commit the result.\n`);
  process.exitCode = 1;
}
