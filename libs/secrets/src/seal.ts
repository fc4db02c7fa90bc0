import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { BessemerError } from '@bessemer/errors';
import { privateKeyObject, publicKeyObject, type SealingKey, type SealingPublicKey } from './sealing-key.js';

/** A sealed secret as it stands in the database, in messages and in events. */
export interface Sealed {
  /** base64url of: format (1 byte), ephemeral public key (32), number of the secret among those of the key (2), ciphertext, tag (16). */
  $sealed: string;
  /** Id of the key that opens it. */
  kid: string;
}

/** What a secret belongs to. It cannot be opened as another node's or another field's. */
export interface SealContext {
  /** UUID of the node. */
  node: string;
  /** Path of the field, `driver_info.ipmi_password`; a place in a list is `*`. */
  field: string;
}

/** What the plaintext is. */
type Kind = 'text' | 'json';

/**
 * By the first byte: what the plaintext is, and what follows the ephemeral key. The older formats have a key for each secret, by a salt
 * or by an ephemeral key of its own; now all secrets of an ephemeral key are sealed with one key, and their numbers are the nonces.
 */
const formats: Readonly<Record<number, { kind: Kind; saltBytes: number; isNumbered: boolean }>> = {
  1: { kind: 'text', saltBytes: 0, isNumbered: false },
  2: { kind: 'json', saltBytes: 0, isNumbered: false },
  3: { kind: 'text', saltBytes: 16, isNumbered: false },
  4: { kind: 'json', saltBytes: 16, isNumbered: false },
  5: { kind: 'text', saltBytes: 0, isNumbered: true },
  6: { kind: 'json', saltBytes: 0, isNumbered: true },
};
const written = { text: 5, json: 6 } as const satisfies Record<Kind, number>;
const numberBytes = 2;

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const label = 'bessemer sealed secret 1';
const numberedLabel = 'bessemer sealed secrets 5';

/** Whether the value is a {@link Sealed} secret. */
export function isSealed(value: unknown): value is Sealed {
  return (
    value !== null &&
    typeof value === 'object' &&
    '$sealed' in value &&
    typeof value.$sealed === 'string' &&
    'kid' in value &&
    typeof value.kid === 'string'
  );
}

/** Seals text to the holders of the private key (X25519, HKDF-SHA-256, AES-256-GCM). */
export function seal(recipient: SealingPublicKey, plaintext: string, context: SealContext): Sealed {
  return encrypt(recipient, plaintext, context, 'text');
}

/** {@link seal} for any JSON value; {@link openValue} gives the same value back. */
export function sealValue(recipient: SealingPublicKey, value: unknown, context: SealContext): Sealed {
  if (typeof value === 'string') return seal(recipient, value, context);
  return encrypt(recipient, JSON.stringify(value), context, 'json');
}

/**
 * Opens a sealed secret with whichever of the keys it was sealed to.
 *
 * @returns the text, or the JSON text of a value that is none
 * @throws `internal` when no key fits, or when it was altered or belongs to another node or field; never with its content
 */
export function open(keys: readonly SealingKey[], sealed: Sealed, context: SealContext): string {
  return decrypt(keys, sealed, context).plaintext;
}

/** {@link open} for what {@link sealValue} made. */
export function openValue(keys: readonly SealingKey[], sealed: Sealed, context: SealContext): unknown {
  const { plaintext, kind } = decrypt(keys, sealed, context);
  return kind === 'json' ? JSON.parse(plaintext) : plaintext;
}

/** Opens with the old keys and seals to another: one step of a rotation. Throws as {@link open} does. */
export function reseal(
  keys: readonly SealingKey[],
  recipient: SealingPublicKey,
  sealed: Sealed,
  context: SealContext,
): Sealed {
  const { plaintext, kind } = decrypt(keys, sealed, context);
  return encrypt(recipient, plaintext, context, kind);
}

function encrypt(recipient: SealingPublicKey, plaintext: string, context: SealContext, kind: Kind): Sealed {
  const { ephemeral, key, number } = agreementWith(recipient.publicKey);
  const header = Buffer.concat([Buffer.of(written[kind]), ephemeral, Buffer.of(number >> 8, number & 0xff)]);
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(header)).setAAD(
    associatedData(header, recipient.id, context),
  );
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return {
    $sealed: Buffer.concat([header, ciphertext, cipher.getAuthTag()]).toString('base64url'),
    kid: recipient.id,
  };
}

function decrypt(keys: readonly SealingKey[], sealed: Sealed, context: SealContext): { plaintext: string; kind: Kind } {
  const key = keys.find((candidate) => candidate.id === sealed.kid);
  if (!key) {
    throw new BessemerError(
      'internal',
      `${context.field} is sealed to the key ${sealed.kid}, which is not held here.`,
      {
        field: context.field,
        remedy: 'Give the conductor the key again, or set the field anew.',
      },
    );
  }
  const bytes = Buffer.from(sealed.$sealed, 'base64url');
  const format = formats[bytes[0] ?? 0];
  try {
    const headerBytes = 1 + keyBytes + (format?.isNumbered === true ? numberBytes : (format?.saltBytes ?? 0));
    if (bytes.length < headerBytes + tagBytes || format === undefined) {
      throw new RangeError('not a sealed secret');
    }
    const header = bytes.subarray(0, headerBytes);
    const shared = diffieHellman({
      privateKey: privateKeyObject(key),
      publicKey: publicKeyObject(header.subarray(1, 1 + keyBytes).toString('base64url')),
    });
    const derived = format.isNumbered
      ? { key: sharedKey(shared, header.subarray(1, 1 + keyBytes), key.publicKey), nonce: nonceOf(header) }
      : derive(shared, header, key.publicKey);
    const decipher = createDecipheriv('aes-256-gcm', derived.key, derived.nonce, { authTagLength: tagBytes })
      .setAAD(associatedData(header, key.id, context))
      .setAuthTag(bytes.subarray(bytes.length - tagBytes));
    const plaintext = Buffer.concat([
      decipher.update(bytes.subarray(headerBytes, bytes.length - tagBytes)),
      decipher.final(),
    ]);
    return { plaintext: plaintext.toString('utf8'), kind: format.kind };
  } catch (cause) {
    throw new BessemerError('internal', `${context.field} cannot be opened: altered, or sealed for another field.`, {
      field: context.field,
      remedy: 'Set the field anew.',
      cause,
    });
  }
}

/** What an ephemeral key pair and a recipient's agree on. */
interface Agreement {
  readonly ephemeral: Buffer;
  readonly key: KeyObject;
  /** Of the secret that was sealed last: no two have the same with one key. */
  number: number;
}

/** An agreement is for the secrets of one burst, and forgotten soon. */
const agreementMs = 1000;
const mostSeals = 256;
const agreements = new Map<string, Agreement>();

function agreementWith(recipient: string): Agreement {
  const present = agreements.get(recipient);
  if (present !== undefined && present.number < mostSeals) {
    present.number += 1;
    return present;
  }
  const pair = generateKeyPairSync('x25519');
  const x = pair.publicKey.export({ format: 'jwk' }).x;
  if (!x) throw new BessemerError('internal', 'The key pair has no raw form.');
  const shared = diffieHellman({ privateKey: pair.privateKey, publicKey: publicKeyObject(recipient) });
  const ephemeral = Buffer.from(x, 'base64url');
  const agreement = { ephemeral, key: createSecretKey(sharedKey(shared, ephemeral, recipient)), number: 1 };
  agreements.set(recipient, agreement);
  setTimeout(() => {
    if (agreements.get(recipient) === agreement) agreements.delete(recipient);
  }, agreementMs).unref();
  return agreement;
}

function sharedKey(shared: Buffer, ephemeral: Buffer, recipient: string): Buffer {
  const salt = Buffer.concat([ephemeral, Buffer.from(recipient, 'base64url')]);
  return Buffer.from(hkdfSync('sha256', shared, salt, numberedLabel, keyBytes));
}

/** The number of the secret, which ends the header. */
function nonceOf(header: Buffer): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  header.copy(nonce, nonceBytes - numberBytes, header.length - numberBytes);
  return nonce;
}

/** The key and the nonce of one secret of an older format. */
function derive(shared: Buffer, header: Buffer, recipient: string): { key: Buffer; nonce: Buffer } {
  const salt = Buffer.concat([header, Buffer.from(recipient, 'base64url')]);
  const bytes = Buffer.from(hkdfSync('sha256', shared, salt, label, keyBytes + nonceBytes));
  return { key: bytes.subarray(0, keyBytes), nonce: bytes.subarray(keyBytes) };
}

function associatedData(header: Buffer, kid: string, context: SealContext): Buffer {
  return Buffer.concat([header, Buffer.from(JSON.stringify([kid, context.node, context.field]), 'utf8')]);
}
