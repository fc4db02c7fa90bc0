import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its private key, both PEM. */
export interface TlsPair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Gives the agent's self-signed certificate for loopback, kept in the machine's folder: loading the generator takes
 * longer than all the rest of an agent's start.
 * @param folder the machine's folder.
 */
export async function ensureCertificate(folder: string): Promise<TlsPair> {
  const path = join(folder, 'agent-tls.json');
  if (existsSync(path)) {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as TlsPair;
    if (Date.parse(new X509Certificate(kept.certificate).validTo) > Date.now() + 3_600_000) {
      return kept;
    }
  }
  const { generate } = await import('selfsigned');
  // A verifier refuses a certificate whose validity begins in its future.
  const made = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 60_000),
    notAfterDate: new Date(Date.now() + 90 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const pair = { certificate: made.cert, key: made.private };
  writeFileSync(`${path}.new`, JSON.stringify(pair), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return pair;
}
