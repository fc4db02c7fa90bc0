import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../instance/instance-options.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bessemer-boundaries-'));
  const configuration = JSON.parse(await readFile(join(repositoryRoot, 'biome.json'), 'utf8'));
  await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...configuration, vcs: { enabled: false } }));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What the linter says of one import in a file of that path. */
async function lint(path: string, code: string): Promise<{ ok: boolean; output: string }> {
  const biome = join(repositoryRoot, 'node_modules', '.bin', 'biome');
  await mkdir(join(folder, dirname(path)), { recursive: true });
  await writeFile(join(folder, path), `${code}\n`);
  const { status, stdout, stderr } = spawnSync(biome, ['lint', '--only=style/noRestrictedImports', path], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { ok: status === 0, output: stdout + stderr };
}

describe('module boundaries', () => {
  it.each([
    ['an app imports an app', 'apps/api/src/x.ts', "import '@bessemer/conductor';"],
    ['a library imports an app', 'libs/bus/src/x.ts', "import '@bessemer/api';"],
    ['an app reaches into a package', 'apps/api/src/x.ts', "import '@bessemer/bus/dist/relay.js';"],
    ['an app reaches into a folder', 'apps/api/src/x.ts', "import '../../../libs/bus/src/relay.js';"],
    ['a test reaches into a package', 'test/contract/x.spec.ts', "import '@bessemer/bus/dist/relay.js';"],
    ['lifecycle imports another library', 'libs/lifecycle/src/x.ts', "import '@bessemer/bus';"],
    ['contracts import the framework', 'libs/contracts/src/x.ts', "import { Module } from '@nestjs/common';"],
    ['errors import a database', 'libs/errors/src/x.ts', "import pg from 'pg';"],
    ['a driver imports the bus', 'libs/drivers/ipmi/x.ts', "import { Bus } from '@bessemer/bus';"],
    ['a driver imports the database', 'libs/drivers/ipmi/x.ts', "import type { Database } from '@bessemer/database';"],
    ['a controller imports SQL', 'apps/api/src/nodes/nodes.controller.ts', "import '@bessemer/database';"],
    ['a controller imports TypeORM', 'apps/inspector/src/x/x.controller.ts', "import { Entity } from 'typeorm';"],
    ['a controller imports a repository', 'apps/api/src/nodes/nodes.controller.ts', "import './nodes.repository.js';"],
    ['a repository imports HTTP', 'apps/api/src/nodes/nodes.repository.ts', "import { Get } from '@nestjs/common';"],
    ['a repository imports Fastify', 'apps/api/src/nodes/nodes.repository.ts', "import 'fastify';"],
  ])('are violated when %s', async (_, path, code) => {
    const { ok, output } = await lint(path, code);
    expect(ok, output).toBe(false);
    expect(output).toContain('noRestrictedImports');
  });

  it.each([
    ['an app imports a library', 'apps/api/src/x.ts', "import '@bessemer/bus';"],
    ['contracts import lifecycle', 'libs/contracts/src/x.ts', "import '@bessemer/lifecycle';"],
    ['a driver imports contracts', 'libs/drivers/ipmi/x.ts', "import '@bessemer/contracts';"],
    ['a repository imports the database', 'apps/api/src/x/x.repository.ts', "import '@bessemer/database';"],
    ['a repository is injectable', 'apps/api/src/x/x.repository.ts', "import { Injectable } from '@nestjs/common';"],
    ['a controller imports a service', 'apps/api/src/x/x.controller.ts', "import { XService } from './x.service.js';"],
  ])('are kept when %s', async (_, path, code) => {
    const { ok, output } = await lint(path, code);
    expect(ok, output).toBe(true);
  });
});
