import { AgentError } from './agent-error.js';

/** The algorithm (as node:crypto names it) and the hexadecimal sum that an image must have. */
export interface ImageChecksum {
  readonly algorithm: 'md5' | 'sha256' | 'sha512';
  readonly value: string;
}

/** The parts of `image_info` that tell how to get an image, in the contract's names. */
export interface ImageInfo {
  readonly id?: string;
  readonly urls?: readonly string[];
  readonly disk_format?: string | null;
  readonly checksum?: string | null;
  readonly os_hash_algo?: string | null;
  readonly os_hash_value?: string | null;
  readonly image_request_authorization?: string | null;
  readonly configdrive?: unknown;
}

const algorithmByLength = new Map<number, ImageChecksum['algorithm']>([
  [32, 'md5'],
  [64, 'sha256'],
  [128, 'sha512'],
]);

/**
 * Finds the checksum of an image: `os_hash_algo` and `os_hash_value`, else `checksum`, which its length tells apart.
 * @param fetchText reads the text behind the URL of a checksum file.
 * @throws AgentError when none is given or it is of no known kind.
 */
export async function findChecksum(
  info: ImageInfo,
  fetchText: (url: string) => Promise<string>,
): Promise<ImageChecksum> {
  const given = info.os_hash_value ?? info.checksum;
  if (!given) {
    throw checksumError('no checksum is given: neither checksum nor os_hash_algo with os_hash_value');
  }
  const literal = /^https?:/.test(given) ? pickFromFile(await fetchText(given), info) : given;
  const value = literal.toLowerCase();
  const byLength = /^[0-9a-f]+$/.test(value) ? algorithmByLength.get(value.length) : undefined;
  if (byLength === undefined || (info.os_hash_value && info.os_hash_algo && info.os_hash_algo !== byLength)) {
    throw checksumError(`the checksum is no ${info.os_hash_algo ?? 'md5, sha256 or sha512'} sum`);
  }
  return { algorithm: byLength, value };
}

/** A checksum is missing, malformed or not that of the image. */
export function checksumError(details: string): AgentError {
  return new AgentError('ImageChecksumError', 500, 'Error verifying image checksum', details);
}

/** A checksum file holds one sum, lines `sum  file`, or lines `SHA256 (file) = sum`. */
function pickFromFile(text: string, info: ImageInfo): string {
  const fileName = info.urls?.[0]?.split(/[?#]/)[0]?.split('/').at(-1) ?? info.id ?? '';
  const lines = text.split('\n').map((line) => line.trim());
  const words = lines.filter((line) => line !== '');
  if (words.length === 1 && /^[0-9a-fA-F]+$/.test(words[0] ?? '')) {
    return words[0] ?? '';
  }
  for (const line of words) {
    const tagged = /^\w+ \((.+)\) = ([0-9a-fA-F]+)$/.exec(line);
    const plain = /^([0-9a-fA-F]+)\s+\*?(\S+)$/.exec(line);
    const [name, sum] = tagged ? [tagged[1], tagged[2]] : [plain?.[2], plain?.[1]];
    if (sum !== undefined && name?.split('/').at(-1) === fileName) {
      return sum;
    }
  }
  throw checksumError(`the checksum file holds no sum of ${fileName}`);
}
