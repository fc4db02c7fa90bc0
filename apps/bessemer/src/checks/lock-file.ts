import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface LockedPackage {
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

interface LockFile {
  packages: Record<string, LockedPackage>;
}

const dependencyKinds = ['dependencies', 'devDependencies'] as const;

/**
 * What is wrong with package-lock.json: dependencies of a package.json that it does not have as they are written there; builds
 * for other platforms that it leaves out, without which `npm ci` refuses; and names of registry hosts, which would bind
 * everyone to one of them.
 *
 * @param root of the repository
 * @returns a line for each problem
 */
export async function findLockFileProblems(root: string): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as LockFile;
  const problems: string[] = [];
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (locked.resolved && /^[a-z+]+:\/\//.test(locked.resolved)) problems.push(`${path} names a registry host`);
    for (const name of Object.keys(locked.optionalDependencies ?? {})) {
      const nested = `${path}/node_modules/${name}`;
      if (!lock.packages[`node_modules/${name}`] && !lock.packages[nested])
        problems.push(`${name} of ${path} is left out`);
    }
    if (path.includes('node_modules/')) continue;
    const manifest = JSON.parse(await readFile(join(root, path, 'package.json'), 'utf8')) as LockedPackage;
    for (const kind of dependencyKinds) {
      const names = new Set([...Object.keys(manifest[kind] ?? {}), ...Object.keys(locked[kind] ?? {})]);
      for (const name of names) {
        const [wanted, present] = [manifest[kind]?.[name], locked[kind]?.[name]];
        if (wanted !== present) {
          problems.push(
            `${path || '.'}/package.json wants ${name} ${wanted ?? '(none)'}, the lock file has ${present ?? 'none'}`,
          );
        }
      }
    }
  }
  return problems;
}
