import { BessemerError } from '@bessemer/errors';

/** The oldest minor number that is served: 1.1. */
export const oldestMinor = 1;
/** The newest minor number that is served: 1.115. */
export const newestMinor = 115;

/** The name of the header that every client sends. */
export const versionHeader = 'x-openstack-ironic-api-version';
const newerHeader = 'openstack-api-version';

/** The text of a minor number, for example `1.82`. */
export const versionText = (minor: number): string => `1.${minor}`;

/** The request names a version that is malformed, or that is not served. */
export class VersionError extends BessemerError {
  /**
   * @param message public text
   * @param isOutOfRange whether the version was understood; the answer then states the range in its headers
   */
  constructor(
    message: string,
    readonly isOutOfRange: boolean,
  ) {
    super('not-acceptable', message);
  }
}

type Headers = Record<string, string | string[] | undefined>;

function requested(headers: Headers): string | undefined {
  const own = headers[versionHeader];
  if (typeof own === 'string') return own.trim();
  const shared = headers[newerHeader];
  if (typeof shared !== 'string') return undefined;
  for (const entry of shared.split(',')) {
    const [service, version] = entry.trim().split(/\s+/);
    if (service === 'baremetal') return version ?? '';
  }
  return undefined;
}

/**
 * The minor number of the API version that a request asks for; without a version header 1.1 (reference: api.md §0.1).
 *
 * @throws VersionError (406) for a malformed version, or one that is not served
 */
export function negotiateVersion(headers: Headers): number {
  const text = requested(headers);
  if (text === undefined) return oldestMinor;
  if (text.toLowerCase() === 'latest') return newestMinor;
  const match = /^(\d{1,6})\.(\d{1,6})$/.exec(text);
  if (match === null) throw new VersionError('Invalid value for X-OpenStack-Ironic-API-Version header', false);
  const minor = Number(match[2]);
  if (match[1] !== '1' || minor < oldestMinor || minor > newestMinor)
    throw new VersionError(
      `Version ${text} was requested but is not supported by this service. The supported version range is: [${versionText(oldestMinor)}, ${versionText(newestMinor)}].`,
      true,
    );
  return minor;
}
