import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { BessemerError } from '@bessemer/errors';

/** To whom one seals: the raw X25519 public key in base64url, and its id. */
export interface SealingPublicKey {
  id: string;
  publicKey: string;
}

/** What opens: both halves, raw X25519 in base64url. Only conductors hold it. */
export interface SealingKey extends SealingPublicKey {
  privateKey: string;
}

const rawKey = /^[A-Za-z0-9_-]{43}$/;

/** A new key pair; the id is derived from the public key. */
export function generateSealingKey(): SealingKey {
  const { privateKey } = generateKeyPairSync('x25519');
  const jwk = privateKey.export({ format: 'jwk' });
  if (!jwk.x || !jwk.d) throw new BessemerError('internal', 'The key pair has no raw form.');
  const id = createHash('sha256').update(jwk.x).digest('hex').slice(0, 12);
  return { id, publicKey: jwk.x, privateKey: jwk.d };
}

/** The half that may be shown to everyone. */
export function publicHalf(key: SealingPublicKey): SealingPublicKey {
  return { id: key.id, publicKey: key.publicKey };
}

/**
 * Text of a keys file, `{"keys": […]}`; the first key is the current one, the others still open what was sealed to them.
 * With {@link SealingKey}s it is a secret (mode 0600), with {@link publicHalf}s it is not.
 */
export function formatKeysFile(keys: readonly SealingPublicKey[]): string {
  return `${JSON.stringify({ keys }, null, 2)}\n`;
}

/**
 * The keys of a private keys file, current one first.
 *
 * @throws `invalid` when it is malformed or empty; never quotes its content
 */
export function parseSealingKeys(text: string): SealingKey[] {
  return parseKeys(text).map((key) => {
    if (!('privateKey' in key) || typeof key.privateKey !== 'string' || !rawKey.test(key.privateKey)) {
      throw new BessemerError('invalid', `The sealing key ${key.id} has no valid private key.`);
    }
    return { ...key, privateKey: key.privateKey };
  });
}

/**
 * The keys of a public keys file, current one first; a private keys file is read too, without its secret half.
 *
 * @throws `invalid` when it is malformed or empty
 */
export function parsePublicKeys(text: string): SealingPublicKey[] {
  return parseKeys(text).map(publicHalf);
}

function parseKeys(text: string): SealingPublicKey[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's message would quote the file.
    throw new BessemerError('invalid', 'The file of sealing keys is not JSON.');
  }
  const keys = content && typeof content === 'object' && 'keys' in content ? content.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isPublicKey)) {
    throw new BessemerError('invalid', 'The file of sealing keys has no list "keys" of {id, publicKey}.');
  }
  return keys;
}

function isPublicKey(value: unknown): value is SealingPublicKey {
  return (
    value !== null &&
    typeof value === 'object' &&
    'id' in value &&
    typeof value.id === 'string' &&
    'publicKey' in value &&
    typeof value.publicKey === 'string' &&
    rawKey.test(value.publicKey)
  );
}

/** The public key as node:crypto takes it. */
export function publicKeyObject(publicKey: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: publicKey }, format: 'jwk' });
}

/** The private key as node:crypto takes it. */
export function privateKeyObject(key: SealingKey): KeyObject {
  return createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', x: key.publicKey, d: key.privateKey }, format: 'jwk' });
}
