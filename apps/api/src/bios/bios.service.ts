import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { entityTagOf } from '../records/revision.js';
import { allFields, listSelection } from '../records/selection.js';
import { biosFields } from '../versions/history-fields.js';
import { biosParameters, readParameters } from '../versions/parameters.js';
import { BiosRepository } from './bios.repository.js';

/** Times are shown whatever fields are asked for, as clients know it. */
const times = ['created_at', 'updated_at'];

/** The BIOS settings of nodes, as they were last read from the machine. */
@Injectable()
export class BiosService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly settings: BiosRepository,
  ) {}

  async list(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields, detail } = readParameters(biosParameters, query, context.minor);
    const asked = { detail: detail === true, ...(Array.isArray(fields) ? { fields: [...times, ...fields] } : {}) };
    const node = await this.lookup.require(ident, context);
    const rows = await this.settings.list(node.uuid, listSelection(biosFields, asked, context.minor), context);
    return `{"bios":[${rows.map((row) => row.item).join(',')}]}`;
  }

  /** One setting under its name; throws `not-found`. */
  async show(ident: string, name: string, context: RequestContext): Promise<string> {
    const node = await this.lookup.require(ident, context);
    context.shownTag = entityTagOf(node);
    const [row] = await this.settings.list(node.uuid, allFields(biosFields, context.minor), context, name);
    if (row === undefined)
      throw new BessemerError('not-found', `Node ${node.uuid} doesn't have a BIOS setting '${name}'`);
    return `{${JSON.stringify(row.name)}:${row.item}}`;
  }
}
