import { readFile } from 'node:fs/promises';
import { BessemerError } from '@bessemer/errors';
import { findClosedFolder } from './postgres-binaries.js';
import { findSetpriv } from './server-process.js';

/** As whom a server runs that refuses to be root. */
export interface Unprivileged {
  uid?: number;
  gid?: number;
  capabilities?: string[];
}

/** The user `nobody` of Linux systems. */
const nobody = 65_534;

/** Bits of a capability mask, see capabilities(7); in the order of preference. */
const reachCapabilities = { dac_read_search: 2n, dac_override: 1n } as const;

/**
 * As whom to run: the caller, or for root the user `owner` (default: nobody). When folders such as /root bar that user from one
 * of `paths`, the server keeps the one capability that lets it through.
 *
 * @throws `unavailable` when the user cannot reach a path and no capability can be kept
 */
export async function chooseUnprivileged(paths: string[], owner?: number): Promise<Unprivileged> {
  if (process.getuid?.() !== 0) return {};
  const ids = { uid: owner || nobody, gid: owner || nobody };
  for (const path of paths) {
    const closed = await findClosedFolder(path);
    if (!closed) continue;
    const capability = await heldReachCapability();
    if (capability && findSetpriv()) return { ...ids, capabilities: [capability] };
    throw new BessemerError('unavailable', `Postgres does not run as root, and its user cannot enter ${closed}.`, {
      remedy: `Run as an ordinary user, move the checkout and --data out of ${closed}, or install setpriv (util-linux).`,
    });
  }
  return ids;
}

async function heldReachCapability(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const status = await readFile('/proc/self/status', 'utf8');
  const held = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return Object.entries(reachCapabilities).find(([, bit]) => (held >> bit) & 1n)?.[0];
}
