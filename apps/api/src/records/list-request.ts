import type { RequestContext } from '../http/context.js';
import type { Parameters, ParameterValues } from '../versions/parameters.js';
import { readParameters } from '../versions/parameters.js';
import { Conditions, type ListSource, listBody, type Page, type PageRequest, readPage } from './page.js';
import { listSelection, type Selection } from './selection.js';
import { parseUuid } from './values.js';

const pageNames = new Set(['limit', 'marker', 'sort_key', 'sort_dir', 'fields', 'detail']);

/** A request for a page of a list: what was asked for, and what its body looks like. */
export class ListRequest {
  readonly values: ParameterValues;
  readonly selection: Selection;
  readonly page: PageRequest;
  /** To be filled with the conditions of the filters. */
  readonly conditions: Conditions;
  private readonly isDetail: boolean;

  /**
   * @param parameters the query parameters that the route takes
   * @param path the path of the list below `/v1/`, for example `volume/targets`
   * @param isDetailRoute whether the route shows all fields by itself (`…/detail`)
   * @throws `invalid` and `not-acceptable` for parameters that are wrong or came later
   */
  constructor(
    source: ListSource,
    parameters: Parameters,
    query: unknown,
    private readonly path: string,
    private readonly isDetailRoute: boolean,
    private readonly context: RequestContext,
  ) {
    this.values = readParameters(parameters, query, context.minor);
    this.isDetail = isDetailRoute || this.values['detail'] === true;
    const fields = this.values['fields'];
    this.selection = listSelection(
      source.fields,
      { detail: this.isDetail, ...(Array.isArray(fields) ? { fields } : {}) },
      context.minor,
    );
    if (this.values['marker'] !== undefined && source.markerColumn === undefined)
      parseUuid(this.values['marker'], 'marker');
    this.page = readPage(source, this.values);
    this.conditions = new Conditions(context.base);
  }

  /** Reads the page and gives the body of the answer; `next` repeats the filters, so that it belongs to the same list. */
  async body(
    read: (selection: Selection, page: PageRequest, conditions: Conditions, minor: number) => Promise<Page>,
  ): Promise<Buffer> {
    const found = await read(this.selection, this.page, this.conditions, this.context.minor);
    const names = this.selection.map(([name]) => name).filter((name) => name !== 'links');
    const filters = Object.entries(this.values).filter(([name, value]) => !pageNames.has(name) && value !== undefined);
    return listBody(found, this.page, {
      url: `${this.context.base}/v1/${this.path}${this.isDetailRoute ? '/detail' : ''}`,
      repeated: {
        sort_key: this.page.sortKey,
        sort_dir: this.page.sortDir,
        fields: this.isDetail ? undefined : names.join(','),
        detail: this.isDetail && !this.isDetailRoute ? 'True' : undefined,
        ...Object.fromEntries(filters.map(([name, value]) => [name, String(value)])),
      },
    });
  }
}
