import type { JsonObject } from '@bessemer/contracts';

/** Nobody looks a machine up by more characters than these, and an index takes no value of any length. */
export const longestIdentifier = 255;

/** The host in an address of `driver_info`: a URL, `host:port`, `[v6]:port`, or the bare host. */
export function hostOf(address: string): string | null {
  const text = address.trim();
  if (text === '') return null;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return URL.canParse(text) ? bare(new URL(text).hostname) : null;
  if (text.split(':').length > 2 && !text.startsWith('[')) return text.toLowerCase();
  return URL.canParse(`http://${text}`) ? bare(new URL(`http://${text}`).hostname) : null;
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();

/** Where BMCs are found: the host of every `*_address` of `driver_info`, each once. */
export function bmcAddressesOf(driverInfo: JsonObject): string[] {
  const hosts = Object.entries(driverInfo)
    .filter(([name]) => name.endsWith('_address'))
    .flatMap(([, value]) => (typeof value === 'string' ? [hostOf(value)] : []));
  return [...new Set(hosts.filter((host): host is string => host !== null && host.length <= longestIdentifier))];
}
