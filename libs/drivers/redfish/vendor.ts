import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { readText } from '../core/driver-info.js';
import type { VendorInterface } from '../core/interfaces.js';
import { validateAccess } from './access.js';
import type { Redfish } from './redfish.js';
import { createSubscription, deleteSubscription, listSubscriptions, showSubscription } from './subscriptions.js';
import { ejectMedia } from './virtual-media.js';

/** Boot devices that `eject_vmedia` takes, and what BMCs call them. */
const mediaTypes: Readonly<Record<string, string>> = {
  cd: 'CD',
  dvd: 'DVD',
  usb: 'USBStick',
  usbstick: 'USBStick',
  floppy: 'Floppy',
};

function method(verb: string, description: string, isAsync = false): VendorInterface['methods'][string] {
  return { description, async: isAsync, http_methods: [verb], attach: false, require_exclusive_lock: true };
}

/** Event subscriptions and the ejection of virtual media (reference: drivers.md §5). */
export class RedfishVendor implements VendorInterface {
  readonly kind = 'vendor';
  readonly name = 'redfish';
  readonly properties = [];
  readonly steps = [];
  readonly methods = {
    eject_vmedia: method(
      'POST',
      'Ejects virtual media: of the optional boot_device ("cd", "dvd", "usb" or "floppy"), else all.',
      true,
    ),
    create_subscription: method('POST', 'Lets the BMC send its events to the URL Destination, which is required.'),
    delete_subscription: method('DELETE', 'Deletes the event subscription with the id.'),
    get_all_subscriptions: method('GET', 'Shows all event subscriptions of the BMC.'),
    get_subscription: method('GET', 'Shows the event subscription with the id.'),
  };

  constructor(private readonly redfish: Redfish) {}

  validate = validateAccess;

  async call(context: CallContext, name: string, args: JsonObject): Promise<unknown> {
    return await this.redfish.at(context, async (bmc) => {
      switch (name) {
        case 'eject_vmedia':
          return await ejectMedia(context, bmc, mediaTypeIn(args));
        case 'create_subscription':
          return await createSubscription(bmc, args);
        case 'delete_subscription':
          return await deleteSubscription(bmc, args);
        case 'get_all_subscriptions':
          return await listSubscriptions(bmc);
        case 'get_subscription':
          return await showSubscription(bmc, args);
        default:
          throw new BessemerError('invalid', `No handler for method ${name}`, { field: 'method' });
      }
    });
  }
}

function mediaTypeIn(args: JsonObject): readonly string[] | undefined {
  const device = readText(args, 'boot_device')?.toLowerCase();
  if (device === undefined) return undefined;
  const type = Object.hasOwn(mediaTypes, device) ? mediaTypes[device] : undefined;
  if (type !== undefined) return [type];
  throw new BessemerError('invalid', `Boot device ${device} is not a valid value.`, {
    field: 'boot_device',
    remedy: `Use one of ${Object.keys(mediaTypes).join(', ')}.`,
  });
}
