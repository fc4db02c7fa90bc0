import { BessemerError } from '@bessemer/errors';
import type { IpmiCredentials } from './credentials.js';

/** Why a run of ipmitool failed, as far as its words tell. */
export type IpmiFailure =
  | 'busy'
  | 'unreachable'
  | 'cipher'
  | 'password'
  | 'username'
  | 'privilege'
  | 'session'
  | 'other';

const patterns: readonly (readonly [IpmiFailure, RegExp])[] = [
  [
    'cipher',
    /invalid authentication algorithm|invalid integrity algorithm|invalid confidentiality|no matching cipher/i,
  ],
  ['password', /HMAC is invalid|integrity check value|invalid password|password (?:invalid|verification)/i],
  ['username', /unauthorized name|invalid user name/i],
  ['privilege', /insufficient privilege|unauthorized role|requested privilege level|privilege level (?:limit|not)/i],
  ['busy', /node busy|session timeout|insufficient resources|timeout \(0xc3\)|out of resources/i],
  [
    'unreachable',
    /get auth capabilities error|address lookup|could not open socket|get channel auth|no response|timed out/i,
  ],
  ['session', /unable to establish/i],
];

/** Tells the kind of a failure from what ipmitool wrote. */
export function classify(output: string): IpmiFailure {
  return patterns.find(([, pattern]) => pattern.test(output))?.[0] ?? 'other';
}

const explanations: Record<IpmiFailure, { message: string; remedy: string }> = {
  busy: { message: 'is busy', remedy: 'Try again; reset the BMC if it stays so.' },
  unreachable: {
    message: 'does not answer',
    remedy: 'Check ipmi_address and ipmi_port, the network to the BMC, and that IPMI over LAN is on.',
  },
  cipher: {
    message: 'does not take the cipher suite',
    remedy: 'Set ipmi_cipher_suite to one that it supports, or ipmi_protocol_version to 1.5.',
  },
  password: { message: 'refused the password', remedy: 'Check ipmi_password and ipmi_hex_kg_key.' },
  username: {
    message: 'does not know the user at this privilege level',
    remedy: 'Check ipmi_username and ipmi_priv_level.',
  },
  privilege: { message: 'refused the privilege level', remedy: 'Check ipmi_priv_level and the rights of the user.' },
  session: {
    message: 'opens no session',
    remedy: 'Check ipmi_username, ipmi_password, ipmi_cipher_suite and ipmi_protocol_version.',
  },
  other: { message: 'did not do it', remedy: 'Look at the BMC and its event log.' },
};

/** The public error for a failed run. It names the BMC and the command, never a credential. */
export function ipmiError(
  credentials: IpmiCredentials,
  command: readonly string[],
  failure: IpmiFailure,
): BessemerError {
  const { message, remedy } = explanations[failure];
  return new BessemerError(
    'hardware-failure',
    `The BMC at ${credentials.address}:${credentials.port} ${message} (ipmitool ${command.join(' ')}).`,
    { remedy },
  );
}
