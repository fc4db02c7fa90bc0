import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { property, readBoolean, readChoice, readInteger, readText } from '../core/driver-info.js';

/** How a request goes on from the BMC to a satellite controller. */
export interface Bridging {
  targetChannel: string;
  targetAddress: string;
  localAddress?: string;
  transitChannel?: string;
  transitAddress?: string;
}

/** What is needed to talk to a node's BMC. `password` and `kgKey` are secret. */
export interface IpmiCredentials {
  address: string;
  port: number;
  username?: string;
  password: string;
  /** The Kg key's bytes without the zeros at its end. */
  kgKey?: Buffer;
  privilegeLevel: string;
  protocol: 'lan' | 'lanplus';
  cipherSuite?: number;
  bridging?: Bridging;
  disableBootTimeout: boolean;
}

const privilegeLevels = ['ADMINISTRATOR', 'CALLBACK', 'OPERATOR', 'USER'] as const;

/** The `driver_info` that power, management and vendor read (reference: drivers.md §5). */
export const ipmiProperties = [
  property('ipmi_address', 'IP address or host name of the BMC.', { required: true }),
  property('ipmi_password', 'Password at the BMC.', { secret: true }),
  property('ipmi_hex_kg_key', 'Kg key of IPMI 2.0 as 40 hexadecimal digits.', { secret: true }),
  property('ipmi_port', 'UDP port of the BMC; 623 by default.', { type: 'integer' }),
  property('ipmi_priv_level', 'Privilege level: ADMINISTRATOR (default), CALLBACK, OPERATOR or USER.'),
  property('ipmi_username', 'User name at the BMC; the NULL user by default.'),
  property('ipmi_bridging', 'How requests are bridged: "no" (default), "single" or "dual".'),
  property('ipmi_transit_channel', 'Transit channel of bridged requests. Needed with "dual".'),
  property('ipmi_transit_address', 'Transit address of bridged requests. Needed with "dual".'),
  property('ipmi_target_channel', 'Destination channel of bridged requests. Needed with "single" and "dual".'),
  property('ipmi_target_address', 'Destination address of bridged requests. Needed with "single" and "dual".'),
  property('ipmi_local_address', 'Local IPMB address for bridged requests.'),
  property('ipmi_protocol_version', 'Version of the IPMI protocol: "2.0" (default) or "1.5".'),
  property('ipmi_force_boot_device', 'Whether the boot device is set anew at each power-on.', { type: 'boolean' }),
  property(
    'ipmi_disable_boot_timeout',
    'Whether the 60 seconds after which a BMC forgets a boot device are switched off; true by default.',
    { type: 'boolean' },
  ),
  property('ipmi_cipher_suite', 'Cipher suite: 17 or 3. By default 17 is tried, then 3.', { type: 'integer' }),
];

function readKgKey(info: JsonObject): Buffer | undefined {
  const text = readText(info, 'ipmi_hex_kg_key');
  if (text === undefined) return undefined;
  if (!/^[0-9a-fA-F]{40}$/.test(text))
    throw new BessemerError('invalid', 'ipmi_hex_kg_key must be 40 hexadecimal digits.', { field: 'ipmi_hex_kg_key' });
  const key = Buffer.from(
    text.replace(/(00)+$/, (zeros) => (zeros.length % 2 === 0 ? '' : zeros)),
    'hex',
  );
  if (key.includes(0))
    throw new BessemerError('invalid', 'ipmi_hex_kg_key must have no zero byte but at its end.', {
      field: 'ipmi_hex_kg_key',
      remedy: 'Give the BMC another Kg key.',
    });
  return key;
}

function readBridging(info: JsonObject): Bridging | undefined {
  const kind = readChoice(info, 'ipmi_bridging', ['no', 'single', 'dual']) ?? 'no';
  if (kind === 'no') return undefined;
  const needed = (name: string): string => {
    const value = readText(info, name);
    if (value !== undefined) return value;
    throw new BessemerError('invalid', `${name} is needed when ipmi_bridging is "${kind}".`, { field: name });
  };
  return {
    targetChannel: needed('ipmi_target_channel'),
    targetAddress: needed('ipmi_target_address'),
    localAddress: readText(info, 'ipmi_local_address'),
    ...(kind === 'dual'
      ? { transitChannel: needed('ipmi_transit_channel'), transitAddress: needed('ipmi_transit_address') }
      : {}),
  };
}

/**
 * Reads and checks what `driver_info` says of the BMC.
 * @throws `invalid`, naming the property
 */
export function readCredentials(context: CallContext): IpmiCredentials {
  const info = context.node.driver_info;
  const address = readText(info, 'ipmi_address');
  if (address === undefined)
    throw new BessemerError(
      'invalid',
      "Missing the following IPMI credentials in node's driver_info: ['ipmi_address'].",
      { field: 'driver_info/ipmi_address', remedy: 'Set driver_info/ipmi_address to the address of the BMC.' },
    );
  if (!/^[A-Za-z0-9][A-Za-z0-9.:%_-]*$|^\[[0-9a-fA-F:.%]+\]$|^::/.test(address))
    throw new BessemerError('invalid', 'ipmi_address must be an IP address or a host name.', {
      field: 'driver_info/ipmi_address',
    });
  const username = readText(info, 'ipmi_username');
  const password = readText(info, 'ipmi_password') ?? '';
  if (/[\r\n\0]/.test(password))
    throw new BessemerError('invalid', 'ipmi_password must be one line.', { field: 'driver_info/ipmi_password' });
  const version = readChoice(info, 'ipmi_protocol_version', ['2.0', '1.5']) ?? '2.0';
  if (version === '1.5' && info['ipmi_cipher_suite'] !== undefined)
    throw new BessemerError('invalid', 'ipmi_cipher_suite needs ipmi_protocol_version 2.0.', {
      field: 'driver_info/ipmi_cipher_suite',
    });
  return {
    address: address.replace(/^\[|\]$/g, ''),
    port: readInteger(info, 'ipmi_port', 1, 65_535) ?? 623,
    username,
    password,
    kgKey: readKgKey(info),
    privilegeLevel: readChoice(info, 'ipmi_priv_level', privilegeLevels) ?? 'ADMINISTRATOR',
    protocol: version === '1.5' ? 'lan' : 'lanplus',
    cipherSuite: readInteger(info, 'ipmi_cipher_suite', 0, 255),
    bridging: readBridging(info),
    disableBootTimeout: readBoolean(info, 'ipmi_disable_boot_timeout') ?? true,
  };
}
