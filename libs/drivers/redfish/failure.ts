import { isJsonObject, type Json } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { RedfishAccess } from './access.js';

/** What was asked of a BMC, for people: the method and the path. */
export interface Asked {
  readonly method: string;
  readonly path: string;
}

const longestReason = 300;

/** An error that names the BMC and what was asked, never a credential. */
export function bmcError(access: RedfishAccess, asked: Asked, message: string, remedy: string): BessemerError {
  return new BessemerError(
    'hardware-failure',
    `The BMC at ${access.origin} ${message} (${asked.method} ${asked.path}).`,
    { remedy },
  );
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|^ERR_TLS|^ERR_SSL/;
const slowCodes = /HEADERS_TIMEOUT|BODY_TIMEOUT/;

/** Why no answer came, by the code of the connection's error. */
export type Silence = 'certificate' | 'slow' | 'unreachable';

/** Tells the kind of a connection's failure from its code. */
export function silenceOf(code: string): Silence {
  if (certificateCodes.test(code)) return 'certificate';
  return slowCodes.test(code) ? 'slow' : 'unreachable';
}

const silences: Record<Silence, readonly [string, string]> = {
  certificate: [
    'has a certificate that is not trusted',
    'Set driver_info/redfish_verify_ca to the certificate of its authority, or give the BMC a certificate for this address.',
  ],
  slow: ['takes too long to answer', 'Try again; reset the BMC if it stays so.'],
  unreachable: [
    'does not answer',
    'Check driver_info/redfish_address, the network to the BMC, and that Redfish is on there.',
  ],
};

/** The public error for a request that got no answer. */
export function silenceError(access: RedfishAccess, asked: Asked, code: string): BessemerError {
  const [message, remedy] = silences[silenceOf(code)];
  return bmcError(access, asked, `${message}: ${code}`, remedy);
}

const refusals: Readonly<Record<number, readonly [string, string]>> = {
  401: [
    'refused the user name or the password',
    'Check redfish_username, redfish_password and redfish_auth_type in driver_info.',
  ],
  403: ['does not let the user do this', 'Give redfish_username the rights of an operator or administrator there.'],
  404: ['does not have this', 'Check redfish_system_id and redfish_address in driver_info.'],
  503: ['is busy', 'Try again; reset the BMC if it stays so.'],
};

/** The public error for an answer that is no success, with the reason that the BMC gives. */
export function refusalError(access: RedfishAccess, asked: Asked, status: number, body: Json): BessemerError {
  if (status < 400)
    return bmcError(
      access,
      asked,
      `sends the request elsewhere (${status})`,
      'Set driver_info/redfish_address to the address that the BMC itself uses.',
    );
  const [message, remedy] = refusals[status] ?? [
    `refused with ${status}`,
    'Look at the BMC and its event log; its firmware may not support this.',
  ];
  const reason = reasonIn(body, access.password);
  return bmcError(access, asked, reason === '' ? message : `${message}: ${reason}`, remedy);
}

function reasonIn(body: Json, password: string): string {
  const error = isJsonObject(body) ? body['error'] : undefined;
  if (!isJsonObject(error)) return '';
  const details = error['@Message.ExtendedInfo'];
  const messages = (Array.isArray(details) ? details : [])
    .map((detail) => (isJsonObject(detail) ? detail['Message'] : undefined))
    .filter((message) => typeof message === 'string');
  const text = messages.length > 0 ? messages.join(' ') : error['message'];
  if (typeof text !== 'string') return '';
  // A BMC may quote what it was sent.
  const clean = password === '' ? text : text.replaceAll(password, '******');
  return clean.slice(0, longestReason).replace(/[.\s]+$/, '');
}
