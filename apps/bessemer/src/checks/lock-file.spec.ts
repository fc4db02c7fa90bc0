import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLockFileProblems } from './lock-file.js';

describe(findLockFileProblems.name, () => {
  let folder: string;

  async function write(manifest: object, packages: object): Promise<void> {
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bessemer-lock-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is content with a lock file in sync', async () => {
    await write({ dependencies: { pg: '1.0.0' } }, { '': { dependencies: { pg: '1.0.0' } }, 'node_modules/pg': {} });
    expect(await findLockFileProblems(folder)).toEqual([]);
  });

  it.each([
    ['a dependency is missing', { dependencies: { pg: '1.0.0' } }, {}],
    ['a dependency was removed', {}, { dependencies: { pg: '1.0.0' } }],
    ['a version differs', { devDependencies: { pg: '1.0.1' } }, { devDependencies: { pg: '1.0.0' } }],
  ])('complains when %s', async (_, manifest, locked) => {
    await write(manifest, { '': locked });
    expect(await findLockFileProblems(folder)).toHaveLength(1);
  });

  it('complains of a build for another platform that is left out', async () => {
    const tool = { optionalDependencies: { 'tool-linux': '1.0.0', 'tool-darwin': '1.0.0' } };
    await write({}, { '': {}, 'node_modules/tool': tool, 'node_modules/tool-linux': {} });
    expect(await findLockFileProblems(folder)).toEqual(['tool-darwin of node_modules/tool is left out']);
  });

  it('complains of a registry host', async () => {
    await write({}, { '': {}, 'node_modules/pg': { resolved: 'https://registry.example/pg.tgz' } });
    expect(await findLockFileProblems(folder)).toEqual(['node_modules/pg names a registry host']);
  });
});
