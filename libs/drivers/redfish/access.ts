import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@bessemer/contracts';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { property, readBoolean, readChoice, readText } from '../core/driver-info.js';

/** How a client proves who it is; `auto` asks for a session and falls back to a password with each request. */
export type RedfishAuthType = 'auto' | 'basic' | 'session';

/** What is needed to talk to a node's BMC. `password` is secret. */
export interface RedfishAccess {
  /** Scheme, host and port of the BMC, for example `https://bmc.example.test`. */
  readonly origin: string;
  /** Path of the service root, with a slash at its end. */
  readonly root: string;
  /** Path of the machine; undefined when the BMC is to have one alone. */
  readonly system: string | undefined;
  /** Undefined for a BMC that asks for none. */
  readonly username: string | undefined;
  readonly password: string;
  readonly authType: RedfishAuthType;
  /** Whether its certificate is checked; a text is the path of the authorities' certificates. */
  readonly verify: boolean | string;
}

/** The `driver_info` that power and management read (reference: drivers.md §5). */
export const redfishProperties = [
  property(
    'redfish_address',
    'URL of the BMC, for example https://bmc.example.test. Without a scheme it is https; a path is taken as the service root.',
    { required: true },
  ),
  property(
    'redfish_system_id',
    'Path of the machine on the BMC, for example /redfish/v1/Systems/1. Needed when the BMC manages more than one.',
  ),
  property('redfish_username', 'User name at the BMC. The user must be allowed to change power and boot settings.'),
  property('redfish_password', 'Password at the BMC.', { secret: true }),
  property(
    'redfish_verify_ca',
    'Whether the certificate of the BMC is checked (true by default), or the path on the conductor of a PEM file, or of a folder of such files, with the authorities to check it by.',
  ),
  property(
    'redfish_auth_type',
    'How to log in: "session", "basic", or "auto" (default), which takes sessions where the BMC has them.',
  ),
];

/** The URL, or undefined for a text that is none. */
export const parseUrl = (text: string, base?: string): URL | undefined =>
  URL.canParse(text, base) ? new URL(text, base) : undefined;

const invalid = (name: string, message: string, remedy: string): BessemerError =>
  new BessemerError('invalid', message, { field: `driver_info/${name}`, remedy });

function readAddress(info: JsonObject): { origin: string; root: string } {
  const text = readText(info, 'redfish_address');
  const remedy = 'Set driver_info/redfish_address to the URL of the BMC, for example https://bmc.example.test.';
  if (text === undefined)
    throw invalid('redfish_address', "Missing the Redfish properties ['redfish_address'] in driver_info.", remedy);
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw invalid('redfish_address', 'redfish_address must be an http or https URL.', remedy);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw invalid(
      'redfish_address',
      'redfish_address must hold no credentials, query or fragment.',
      'Give the credentials as redfish_username and redfish_password.',
    );
  const path = url.pathname.replace(/\/+$/, '');
  return { origin: url.origin, root: path === '' ? '/redfish/v1/' : `${path}/` };
}

function readSystem(info: JsonObject, origin: string): string | undefined {
  const path = readText(info, 'redfish_system_id');
  if (path === undefined) return undefined;
  if (path.startsWith('/') && parseUrl(path, origin)?.origin === origin) return path;
  throw invalid(
    'redfish_system_id',
    'redfish_system_id must be a path on the BMC.',
    'Set it to the path of the machine, for example /redfish/v1/Systems/1.',
  );
}

function readVerification(info: JsonObject): boolean | string {
  const value = info['redfish_verify_ca'];
  if (typeof value === 'string' && value.startsWith('/')) return value;
  return readBoolean(info, 'redfish_verify_ca') ?? true;
}

/**
 * Reads and checks what `driver_info` says of the BMC.
 * @throws `invalid`, naming the property
 */
export function readAccess({ node }: Pick<CallContext, 'node'>): RedfishAccess {
  const info = node.driver_info;
  const { origin, root } = readAddress(info);
  const authType = readChoice(info, 'redfish_auth_type', ['auto', 'basic', 'session']) ?? 'auto';
  const username = readText(info, 'redfish_username');
  if (username === undefined && authType !== 'auto')
    throw invalid(
      'redfish_username',
      `redfish_username is needed with redfish_auth_type "${authType}".`,
      'Set driver_info/redfish_username, or take redfish_auth_type away.',
    );
  return {
    origin,
    root,
    system: readSystem(info, origin),
    username,
    password: readText(info, 'redfish_password') ?? '',
    authType,
    verify: readVerification(info),
  };
}

const authoritiesRemedy =
  'Put the certificates of the authorities there as PEM, on each conductor that serves the node.';
/** More than the certificates of all authorities that there are; the path is a user's, and may lead anywhere. */
const largestAuthorities = 1024 * 1024;

/** Up to `limit` bytes of a regular file: what is none, such as a device or a pipe, may never end or not even open. */
async function readRegularFile(path: string, limit: number): Promise<string> {
  const refusal = (): BessemerError =>
    invalid(
      'redfish_verify_ca',
      `redfish_verify_ca must lead to regular files of at most ${largestAuthorities} bytes together.`,
      authoritiesRemedy,
    );
  if (!(await stat(path)).isFile()) throw refusal();
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const known = await file.stat();
    if (!known.isFile() || known.size > limit) throw refusal();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(known.size), 0, known.size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function certificatesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [await readRegularFile(path, largestAuthorities)];
  const names = (await readdir(path)).filter((name) => /\.(pem|crt|cer)$/i.test(name));
  const texts: string[] = [];
  let left = largestAuthorities;
  for (const name of names) {
    const text = await readRegularFile(join(path, name), left);
    left -= Buffer.byteLength(text);
    texts.push(text);
  }
  return texts;
}

/**
 * The authorities that `redfish_verify_ca` names, PEM; undefined where it names none.
 * @throws `invalid` when they cannot be read on this conductor, are no regular files, or larger than 1 MiB together
 */
export async function readAuthorities({ verify }: RedfishAccess): Promise<string[] | undefined> {
  if (typeof verify !== 'string') return undefined;
  let found: string[];
  try {
    found = await certificatesIn(verify);
  } catch (error) {
    if (isBessemerError(error)) throw error;
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw invalid('redfish_verify_ca', `redfish_verify_ca cannot be read on the conductor${code}.`, authoritiesRemedy);
  }
  const certificates = found.filter((text) => text.includes('-----BEGIN CERTIFICATE-----'));
  if (certificates.length > 0) return certificates;
  throw invalid('redfish_verify_ca', 'redfish_verify_ca holds no PEM certificate.', authoritiesRemedy);
}

/**
 * The validation of everything that only needs to reach the BMC.
 * @throws `invalid`, naming the property
 */
export async function validateAccess(context: CallContext): Promise<void> {
  await readAuthorities(readAccess(context));
}
