import type { Json, JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { readBoolean } from '../core/driver-info.js';
import type { VendorInterface } from '../core/interfaces.js';
import { ipmiProperties, readCredentials } from './credentials.js';
import type { Ipmitool } from './ipmitool.js';

const methodOptions = { async: true, http_methods: ['POST'], attach: false, require_exclusive_lock: true };

/** Raw IPMI commands and the reset of the BMC itself. */
export class IpmitoolVendor implements VendorInterface {
  readonly kind = 'vendor';
  readonly name = 'ipmitool';
  readonly properties = ipmiProperties;
  readonly steps = [];
  readonly methods = {
    bmc_reset: { description: 'Resets the BMC: warm by default, cold with warm=false.', ...methodOptions },
    send_raw: { description: 'Sends raw bytes to the BMC, raw_bytes="0x00 0x01 …".', ...methodOptions },
  };

  constructor(private readonly ipmitool: Ipmitool) {}

  async validate(context: CallContext): Promise<void> {
    readCredentials(context);
  }

  async call(context: CallContext, method: string, args: JsonObject): Promise<unknown> {
    switch (method) {
      case 'send_raw':
        return await this.ipmitool.run(context, ['raw', ...rawBytes(args['raw_bytes'])]);
      case 'bmc_reset':
        return await this.ipmitool.run(context, ['mc', 'reset', readBoolean(args, 'warm') === false ? 'cold' : 'warm']);
      default:
        throw new BessemerError('invalid', `No handler for method ${method}`, { field: 'method' });
    }
  }
}

function rawBytes(value: Json | undefined): string[] {
  const bytes = typeof value === 'string' ? value.trim().split(/[\s,]+/) : [];
  if (bytes.length >= 2 && bytes.every((byte) => /^(0x)?[0-9a-fA-F]{1,2}$/.test(byte))) return bytes;
  throw new BessemerError('invalid', 'raw_bytes must be at least two bytes, for example "0x06 0x01".', {
    field: 'raw_bytes',
  });
}
