import { describe, expect, it } from 'vitest';
import {
  formatKeysFile,
  generateSealingKey,
  isSealed,
  open,
  openValue,
  parsePublicKeys,
  parseSealingKeys,
  publicHalf,
  reseal,
  type Sealed,
  seal,
  sealValue,
} from './index.js';

const context = { node: '7c0d5a5e-52a1-4f0c-a0f4-3f3a4f3a6f0e', field: 'driver_info.ipmi_password' };
const key = generateSealingKey();

function flip(sealed: Sealed, at: number): Sealed {
  const bytes = Buffer.from(sealed.$sealed, 'base64url');
  const index = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  return { ...sealed, $sealed: bytes.toString('base64url') };
}

describe('seal', () => {
  it('needs the public half alone and gives the text back to the private one', () => {
    const sealed = seal(publicHalf(key), 'opénsesame', context);
    expect(isSealed(sealed)).toBe(true);
    expect(sealed.kid).toBe(key.id);
    expect(JSON.stringify(sealed)).not.toContain('sesame');
    expect(open([key], sealed, context)).toBe('opénsesame');
  });

  it('seals the empty text', () => {
    expect(open([key], seal(key, '', context), context)).toBe('');
  });

  it('never makes the same twice, nor by the same key and nonce', () => {
    const length = 24;
    const cipherOf = ({ $sealed }: Sealed) =>
      Buffer.from($sealed, 'base64url')
        .subarray(-(length + 16), -16)
        .toString('hex');
    const sealed = Array.from({ length: 600 }, () => seal(key, 'a'.repeat(length), context));
    expect(new Set(sealed.map(cipherOf)).size).toBe(sealed.length);
    expect(sealed.map((one) => open([key], one, context))).toEqual(sealed.map(() => 'a'.repeat(length)));
  });

  it.each([1234, true, null, ['a', { b: 1 }]])('keeps the JSON value %j', (value) => {
    expect(openValue([key], sealValue(key, value, context), context)).toEqual(value);
  });

  it('keeps text that looks like JSON as text', () => {
    expect(openValue([key], sealValue(key, '{"a":1}', context), context)).toBe('{"a":1}');
  });
});

describe('open', () => {
  const sealed = seal(key, 'opensesame', context);

  it.each([
    ['another node', { ...context, node: '00000000-0000-0000-0000-000000000000' }],
    ['another field', { ...context, field: 'driver_info.other' }],
    ['a field whose name takes over a part of the node', { node: `${context.node}","driver`, field: 'info' }],
  ])('refuses %s', (_, other) => {
    expect(() => open([key], sealed, other)).toThrow(/cannot be opened/);
  });

  it.each([
    ['format', 0],
    ['ephemeral key', 5],
    ['ciphertext', 40],
    ['tag', -1],
  ])('refuses an altered %s', (_, at) => {
    expect(() => open([key], flip(sealed, at), context)).toThrow(/cannot be opened/);
  });

  it.each(['', 'AQ', 'not base64 at all !'])('refuses the malformed %j', (text) => {
    expect(() => open([key], { $sealed: text, kid: key.id }, context)).toThrow(/cannot be opened/);
  });

  it('refuses a key that it does not hold, and one that only bears the id', () => {
    expect(() => open([generateSealingKey()], sealed, context)).toThrow(/not held here/);
    expect(() => open([{ ...generateSealingKey(), id: key.id }], sealed, context)).toThrow(/cannot be opened/);
  });

  it('names the field and never the secret in its error', () => {
    expect(() => open([], sealed, context)).toThrow(
      expect.objectContaining({ code: 'internal', field: context.field }),
    );
  });
});

describe('what was sealed in an older format', () => {
  const older = {
    id: '355382bd159c',
    publicKey: 'gO1sNOngSMl9FcZcNkBBdXUjfJZcRJH5xiSl24tOcGw',
    privateKey: 'EAcDbmQIlJzYeKID-4BnvbdU2nyx8AGjlN1W_WgM3XE',
  };
  const kid = older.id;

  it.each([
    ['AVvhJZexckxXmOnWPQwlfW9JyoTzwKcvtMwfYkHBulVyUOzmviwAeJpc9IKOUOYDVi47Eio3ax0Fm_c', 'opensesame'],
    ['Aud-66AZKWe5Q0hfVjkdvJlBHjcaDGJBqMSf5vYXAIcqbI379AMPdNUymczzZy8Bj60R2w', [1]],
    [
      'A4EFsjBELZAJ0gzCVWzknHBgJM_GoNQ9EYELdvJqARxZDLCpZ0xBbhhbTdPVnW2byLvy8UnlI4uxvdbYBI3plqyFpr7wj_3BbKGu',
      'opensesame',
    ],
    ['BIEFsjBELZAJ0gzCVWzknHBgJM_GoNQ9EYELdvJqARxZc0hniHClyZ-qB_aoKpMnCpPfX0RcHuCT9R0eyAHa2Y-0iLE', [1]],
  ])('opens: %s', ($sealed, value) => {
    expect(openValue([older], { $sealed, kid }, context)).toEqual(value);
    expect(openValue([key], reseal([older], key, { $sealed, kid }, context), context)).toEqual(value);
  });
});

describe('rotation', () => {
  it('opens with every key held and seals to the new one', () => {
    const next = generateSealingKey();
    const old = seal(key, 'opensesame', context);
    const fresh = reseal([next, key], next, old, context);
    expect(fresh.kid).toBe(next.id);
    expect(open([next, key], old, context)).toBe('opensesame');
    expect(open([next], fresh, context)).toBe('opensesame');
  });

  it('keeps the kind of value', () => {
    expect(openValue([key], reseal([key], key, sealValue(key, 7, context), context), context)).toBe(7);
  });
});

describe('keys files', () => {
  it('are read as they were written', () => {
    const keys = [generateSealingKey(), key];
    expect(parseSealingKeys(formatKeysFile(keys))).toEqual(keys);
    expect(parsePublicKeys(formatKeysFile(keys))).toEqual(keys.map(publicHalf));
  });

  it.each(['', '[]', '{"keys":[]}', '{"keys":[{"id":"a"}]}', '{"keys":[{"id":"a","publicKey":"short"}]}'])(
    'are refused when malformed: %s',
    (text) => {
      expect(() => parsePublicKeys(text)).toThrow(expect.objectContaining({ code: 'invalid' }));
    },
  );

  it('need the private half where one opens', () => {
    expect(() => parseSealingKeys(formatKeysFile([publicHalf(key)]))).toThrow(/no valid private key/);
  });
});
