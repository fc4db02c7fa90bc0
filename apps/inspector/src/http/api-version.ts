import { BessemerError } from '@bessemer/errors';

/** The range of the ironic-inspector API, minor versions of 1. */
export const minimumMinor = 0;
export const maximumMinor = 18;

const prefix = 'X-OpenStack-Ironic-Inspector-API';

/** The header of a request that names a version, lower case as Node gives it. */
export const versionHeader = `${prefix}-Version`.toLowerCase();

/** What every answer tells of the versions that there are. */
export const rangeHeaders: Readonly<Record<string, string>> = {
  [`${prefix}-Minimum-Version`]: `1.${minimumMinor}`,
  [`${prefix}-Maximum-Version`]: `1.${maximumMinor}`,
};

/**
 * The minor version that a request asks for; the newest when it asks for none or for `latest`.
 *
 * @throws `invalid` for a malformed version, `not-acceptable` for one out of range
 */
export function parseVersion(header: string | undefined): number {
  if (header === undefined || header.toLowerCase() === 'latest') return maximumMinor;
  const match = /^(\d+)\.(\d+)$/.exec(header.trim());
  if (!match) throw new BessemerError('invalid', `Malformed API version ${header}, expected a version such as 1.18`);
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major === 1 && minor <= maximumMinor) return minor;
  throw new BessemerError(
    'not-acceptable',
    `Unsupported API version ${header}, supported range is 1.${minimumMinor} to 1.${maximumMinor}`,
  );
}
