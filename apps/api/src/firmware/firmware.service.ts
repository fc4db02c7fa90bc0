import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { listSelection } from '../records/selection.js';
import { firmwareFields, firmwareParameters } from '../versions/firmware-fields.js';
import { readParameters } from '../versions/parameters.js';
import { FirmwareRepository } from './firmware.repository.js';

/** Times are shown whatever fields are asked for, as clients know it. */
const times = ['created_at', 'updated_at'];

/** The firmware components of nodes, as they were last read from the machine. */
@Injectable()
export class FirmwareService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly firmware: FirmwareRepository,
  ) {}

  /** All components of a node as JSON text. */
  async list(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields, detail } = readParameters(firmwareParameters, query, context.minor);
    const asked = { detail: detail === true, ...(Array.isArray(fields) ? { fields: [...times, ...fields] } : {}) };
    const selection = listSelection(firmwareFields, asked, context.minor);
    const node = await this.lookup.require(ident, context);
    return `{"firmware":[${(await this.firmware.list(node.uuid, selection, context)).join(',')}]}`;
  }
}
