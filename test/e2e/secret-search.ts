import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const coreLength = 12;

/** Random letters and digits: no encoding of JSON, URLs or rows of a table changes them. */
export function randomCore(): string {
  return [...randomBytes(coreLength)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

/** A text under a name, in the forms in which it could stand somewhere. */
interface Wanted {
  name: string;
  forms: Map<string, Buffer>;
}

/**
 * Looks for texts in whatever is given to it: as they are (so also JSON-escaped and URL-encoded, which change no
 * letters and digits), in hexadecimal, and within base64 of anything.
 */
export class SecretSearch {
  private readonly wanted = new Map<string, Wanted>();

  /** Looks for this text from now on. @param text with at least 12 characters in a row that no encoding of text changes */
  add(name: string, text: string): void {
    const [core = ''] = text.match(/[\w-]{12,}/) ?? [];
    if (core === '') throw new Error(`${name} has no part that stands the same in every form`);
    this.wanted.set(core, { name, forms: formsOf(core) });
  }

  /** Makes a secret of this name and looks for it. @param tail characters that encodings change */
  make(name: string, tail = ''): string {
    const secret = `${randomCore()}${tail}`;
    this.add(name, secret);
    return secret;
  }

  /** Whether the content holds this one. */
  holds(name: string, content: string | Buffer): boolean {
    return this.find(content).some((found) => found.startsWith(`${name} `));
  }

  /** The names of what stands in the content, each with its form; never the secrets themselves. */
  find(content: string | Buffer): string[] {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return [...this.wanted.values()].flatMap(({ name, forms }) =>
      [...forms].filter(([, form]) => bytes.includes(form)).map(([form]) => `${name} (${form})`),
    );
  }
}

function formsOf(core: string): Map<string, Buffer> {
  const forms = new Map<string, Buffer>([
    ['in clear', Buffer.from(core)],
    ['hexadecimal', Buffer.from(Buffer.from(core).toString('hex'))],
    ['HEXADECIMAL', Buffer.from(Buffer.from(core).toString('hex').toUpperCase())],
    ['UTF-16', Buffer.from(core, 'utf16le')],
  ]);
  for (const encoding of ['base64', 'base64url'] as const)
    for (const before of [0, 1, 2]) forms.set(`${encoding} at ${before}`, innerBase64(core, before, encoding));
  return forms;
}

/** What base64 of any text shows of the core, when `before` bytes more than a multiple of three precede it. */
function innerBase64(core: string, before: number, encoding: 'base64' | 'base64url'): Buffer {
  const padded = Buffer.concat([Buffer.alloc(before), Buffer.from(core)]);
  const whole = padded.subarray(0, padded.length - (padded.length % 3)).toString(encoding);
  return Buffer.from(whole.slice(before === 0 ? 0 : 4));
}
