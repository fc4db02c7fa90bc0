import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referenceFiles } from './reference.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const onlyCheck = process.argv.includes('--check');
const stale: string[] = [];

for (const [path, text] of referenceFiles()) {
  const file = resolve(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (onlyCheck) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (onlyCheck && stale.length > 0) {
  process.stderr.write(`Stale: ${stale.join(', ')}. Run node libs/contracts/dist/generate.js and commit the result.\n`);
  process.exitCode = 1;
}
