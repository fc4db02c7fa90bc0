import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { looksSecret } from '@bessemer/secrets';

/** One GET request that a rule asks for. */
export interface ApiCall {
  /** UUID of the rule. */
  rule: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** The proxy that is asked for it, null for none. */
  proxy: URL | null;
  /** How long one attempt may take, in ms. */
  timeoutMs: number;
  /** Attempts after the first one. */
  retries: number;
  /** Seconds of the first pause; each later one is twice as long. */
  backoffFactor: number;
}

const schemes = ['http:', 'https:'];
/** Scheme and host as the rule's author wrote them: what a machine tells of itself does not choose who is called. */
const origin = /^https?:\/\/[^/?#{}\\\s]+(?=[/?#]|$)/i;
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that frame the message or choose the host, and are not the rule's to set. */
const ownHeaders = new Set(
  'connection content-length expect host keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(' '),
);
const secretHeaders = /^(proxy-)?authorization$|^cookie$|api[-_]?key/i;
const longestTimeoutSeconds = 60;
const mostRetries = 10;
const longestBackoff = 60;

const invalid = (message: string, field: string, remedy?: string): BessemerError =>
  new BessemerError('invalid', message, { field, ...(remedy === undefined ? {} : { remedy }) });

/**
 * What an error may tell of the URL of a call: its query may hold what the machine has told.
 */
export const nameOfUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

function parseUrl(text: string, field: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !schemes.includes(url.protocol))
    throw invalid(`"${field}" of a call is an http or https URL.`, field);
  if (url.username !== '' || url.password !== '') throw secretRefused(`The user in "${field}"`, field);
  return url;
}

function secretRefused(what: string, field: string): BessemerError {
  return new BessemerError('unsupported', `${what} is a secret, and rules are stored in clear.`, {
    field,
    remedy: 'Write it for the host into the file of BESSEMER_INSPECTION_API_CALL_HEADERS_FILE.',
  });
}

function parseCallUrl(value: Json | undefined): URL {
  const text = typeof value === 'string' ? value.trim() : '';
  if (!origin.test(text))
    throw invalid('"url" of a call begins with http:// or https:// and a host without placeholders.', 'url');
  const [path = ''] = text.replace(origin, '').split(/[?#]/);
  if (/(^|[/\\])(\.|%2e){1,2}([/\\]|$)/i.test(path)) throw invalid('The path of a call goes up nowhere.', 'url');
  const url = parseUrl(text, 'url');
  const secret = [...url.searchParams.keys()].find(looksSecret);
  if (secret !== undefined) throw secretRefused(`"${secret}" in the query of "url"`, 'url');
  url.hash = '';
  return url;
}

/**
 * Headers of a call.
 *
 * @param value an object of texts
 * @throws `invalid`, naming the header and never its value
 */
export function parseHeaders(value: Json | undefined): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw invalid('"headers" of a call is an object of texts.', 'headers');
  return Object.fromEntries(
    Object.entries(value).map(([name, text]): [string, string] => {
      if (!headerName.test(name) || ownHeaders.has(name.toLowerCase()))
        throw invalid(`"${name}" is no header that a call may have.`, 'headers');
      if (typeof text !== 'string' || !headerValue.test(text))
        throw invalid(`The header "${name}" is a text of one line.`, 'headers');
      return [name.toLowerCase(), text];
    }),
  );
}

function requireNoSecret(headers: Record<string, string>): void {
  const secret = Object.keys(headers).find((name) => secretHeaders.test(name) || looksSecret(name));
  if (secret !== undefined) throw secretRefused(`The header "${secret}"`, 'headers');
}

function parseProxy(value: Json | undefined, { protocol }: URL): URL | null {
  if (value === undefined || value === null) return null;
  if (!isJsonObject(value)) throw invalid('"proxies" of a call is an object of URLs by scheme.', 'proxies');
  for (const [scheme, text] of Object.entries(value)) {
    if (!schemes.includes(`${scheme}:`)) throw invalid('"proxies" of a call are for http and https.', 'proxies');
    parseUrl(typeof text === 'string' ? text : '', 'proxies');
  }
  const chosen = value[protocol.slice(0, -1)];
  return typeof chosen === 'string' ? new URL(chosen) : null;
}

function parseNumber(value: Json | undefined, name: string, initial: number, [least, most]: [number, number]): number {
  if (value === undefined || value === null) return initial;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number >= least && number <= most) return number;
  throw invalid(`"${name}" of a call is a number from ${least} to ${most}.`, name);
}

/**
 * A call out of the arguments of the action `api-call` (inspection reference §6), with their defaults. Serves for
 * checking them with their placeholders as well.
 *
 * @param rule UUID of the rule
 * @throws `invalid`, naming the argument; `unsupported` for a secret
 */
export function parseApiCall(
  { url: target, headers, proxies, timeout, retries, backoff_factor }: JsonObject,
  rule: string,
): ApiCall {
  const url = parseCallUrl(target);
  const given = parseHeaders(headers);
  requireNoSecret(given);
  return {
    rule,
    url,
    headers: given,
    proxy: parseProxy(proxies, url),
    timeoutMs: parseNumber(timeout, 'timeout', 5, [0.001, longestTimeoutSeconds]) * 1000,
    retries: Math.floor(parseNumber(retries, 'retries', 3, [0, mostRetries])),
    backoffFactor: parseNumber(backoff_factor, 'backoff_factor', 0.3, [0, longestBackoff]),
  };
}
