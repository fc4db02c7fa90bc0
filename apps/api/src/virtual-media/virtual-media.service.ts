import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { CallsService } from '../management/calls.service.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import type { NodeRow } from '../nodes/node-row.js';
import { shorten } from '../records/values.js';
import { readDocument } from '../versions/members.js';
import { readParameters } from '../versions/parameters.js';
import { attachMembers, detachParameters, deviceTypes } from '../versions/virtual-media-fields.js';

const schemes = ['http:', 'https:', 'nfs:', 'cifs:'];

const invalid = (reason: string, field: string): BessemerError =>
  new BessemerError('invalid', `Schema error for vmedia: ${reason}`, { field });

/** Clients write the type in either case. */
function readDeviceType(value: unknown): string {
  const type = typeof value === 'string' ? value.toLowerCase() : '';
  if (deviceTypes.some((known) => known === type)) return type;
  throw invalid(`device_type ${shorten(value)} is not one of ${deviceTypes.join(', ')}`, 'device_type');
}

/** A URL may hold credentials, so that no refusal repeats it. */
function requireImageUrl(url: string): void {
  if (!URL.canParse(url)) throw invalid('image_url is no URL', 'image_url');
  const { protocol, host } = new URL(url);
  if (!schemes.includes(protocol) || host === '')
    throw invalid(`image_url is no URL of ${schemes.map((scheme) => scheme.slice(0, -1)).join(', ')}`, 'image_url');
}

function readAttachment(body: unknown, minor: number): JsonObject {
  const attachment = readDocument('vmedia', attachMembers, body, minor);
  const { device_type: type, image_url: url, image_download_source: source = 'local' } = attachment;
  requireImageUrl(String(url));
  return { device_type: String(type), image_url: String(url), image_download_source: String(source) };
}

/** What the driver says that its record of the machine is after a change; most keep none. */
const recordedBy = (result: unknown, node: NodeRow): Partial<NodeRow> =>
  isJsonObject(result) ? { driver_internal_info: { ...node.driver_internal_info, ...result } } : {};

/** Images that the BMC of a machine shows it as discs. */
@Injectable()
export class VirtualMediaService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly calls: CallsService,
  ) {}

  /** The devices, each with its media types, whether something is inserted, and what. */
  async list(ident: string, context: RequestContext): Promise<unknown> {
    this.requirePowered(await this.lookup.require(ident, context));
    return this.calls.read(ident, 'management', 'get_virtual_media', context);
  }

  /**
   * Inserts an image.
   *
   * @throws `invalid` for a device or URL that cannot be, `unsupported` when the driver has no virtual media,
   *   `unavailable` in the maintenance after a power failure
   */
  async attach(ident: string, body: unknown, context: RequestContext): Promise<void> {
    const attachment = readAttachment(body, context.minor);
    this.requirePowered(await this.lookup.requireExpected(ident, context));
    await this.calls.change(ident, 'management', 'attach_virtual_media', context, attachment, recordedBy);
  }

  /** Ejects what is inserted, everywhere or in devices of the given types. */
  async detach(ident: string, query: unknown, context: RequestContext): Promise<void> {
    const { device_types: given } = readParameters(detachParameters, query, context.minor);
    const types = Array.isArray(given) ? given.map(readDeviceType) : [...deviceTypes];
    this.requirePowered(await this.lookup.requireExpected(ident, context));
    const args = { device_types: types };
    await this.calls.change(ident, 'management', 'detach_virtual_media', context, args, recordedBy);
  }

  private requirePowered(node: NodeRow): void {
    if (node.maintenance && node.fault === 'power failure')
      throw new BessemerError(
        'unavailable',
        `Node ${node.uuid} is in maintenance because its BMC does not answer; its virtual media cannot be reached.`,
        { remedy: 'Mend the power failure, then take the node out of maintenance.' },
      );
  }
}
