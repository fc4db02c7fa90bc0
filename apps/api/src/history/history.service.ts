import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { listBody, readPage } from '../records/page.js';
import { allFields, listSelection, type Selection } from '../records/selection.js';
import { parseUuid } from '../records/values.js';
import { historyFields } from '../versions/history-fields.js';
import { historyParameters, readParameters } from '../versions/parameters.js';
import { HistoryRepository, historyList } from './history.repository.js';

const longestBriefEvent = 255;

/** What a list without details shows: of long events the beginning. */
const briefSelection = (minor: number): Selection =>
  listSelection(historyFields, {}, minor).map(([name, field]) =>
    name === 'event' ? [name, { ...field, sql: () => `left(r.event, ${longestBriefEvent})` }] : [name, field],
  );

/** The history of nodes. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly history: HistoryRepository,
  ) {}

  async list(ident: string, query: unknown, context: RequestContext): Promise<Buffer> {
    const values = readParameters(historyParameters, query, context.minor);
    if (values['marker'] !== undefined) parseUuid(values['marker'], 'marker');
    const page = readPage(historyList, values);
    const isDetail = values['detail'] === true;
    const node = await this.lookup.require(ident, context);
    const selection = isDetail ? allFields(historyFields, context.minor) : briefSelection(context.minor);
    const found = await this.history.list(node.uuid, selection, page, context.base, context.minor);
    return listBody(found, page, {
      url: `${context.base}/v1/nodes/${node.uuid}/history`,
      repeated: { sort_key: page.sortKey, sort_dir: page.sortDir, detail: isDetail ? 'True' : undefined },
    });
  }

  async show(ident: string, entry: string, context: RequestContext): Promise<string> {
    const node = await this.lookup.require(ident, context);
    const selection = allFields(historyFields, context.minor);
    return this.history.render(node.uuid, entry, selection, context.base, context.minor);
  }
}
