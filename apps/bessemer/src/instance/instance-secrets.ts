import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BusUser, busUsers } from '@bessemer/bus';
import { type ServiceName, serviceNames } from '@bessemer/contracts';
import { formatKeysFile, generateSealingKey, generateToken, publicHalf } from '@bessemer/secrets';

/** The secrets of one instance, made once and kept under its `secrets` folder. */
export interface InstanceSecrets {
  /** Of each service's database role. */
  databasePasswords: Record<ServiceName, string>;
  busPasswords: Record<BusUser, string>;
  /** Bearer of the internal HTTP endpoints. */
  internalToken: string;
  /** Files; the first holds private keys and is for conductors alone. */
  sealingKeysFile: string;
  sealingPublicKeysFile: string;
  /** The read-only user's password as a file of its own, for scripts. */
  subscriberPasswordFile: string;
}

type Kept = Pick<InstanceSecrets, 'databasePasswords' | 'busPasswords' | 'internalToken'>;

/**
 * The secrets of the folder; missing ones are made.
 *
 * @param folder must exist, mode 0700
 */
export async function loadSecrets(folder: string): Promise<InstanceSecrets> {
  const keysFile = join(folder, 'sealing-keys.json');
  const publicKeysFile = join(folder, 'sealing-public-keys.json');
  const subscriberFile = join(folder, 'subscriber-password');
  const kept = await once(join(folder, 'secrets.json'), () => `${JSON.stringify(generate(), null, 2)}\n`);
  const secrets = JSON.parse(kept) as Kept;
  const keys = JSON.parse(await once(keysFile, () => formatKeysFile([generateSealingKey()])));
  await writeSecret(publicKeysFile, formatKeysFile(keys.keys.map(publicHalf)));
  await writeSecret(subscriberFile, `${secrets.busPasswords.subscriber}\n`);
  return {
    ...secrets,
    sealingKeysFile: keysFile,
    sealingPublicKeysFile: publicKeysFile,
    subscriberPasswordFile: subscriberFile,
  };
}

function generate(): Kept {
  const password = () => randomBytes(24).toString('base64url');
  const each = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, password()])) as Record<Name, string>;
  return { databasePasswords: each(serviceNames), busPasswords: each(busUsers), internalToken: generateToken() };
}

/** The text of the file; made and written when there is none. */
async function once(file: string, make: () => string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const text = make();
  await writeSecret(file, text);
  return text;
}

async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
