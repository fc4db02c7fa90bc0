import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { listBody, readPage } from '../records/page.js';
import { listSelection, showSelection } from '../records/selection.js';
import { conductorFields } from '../versions/conductor-fields.js';
import { conductorParameters, readParameters, showParameters } from '../versions/parameters.js';
import { ConductorsRepository, conductorList } from './conductors.repository.js';

/** Conductors as they have announced themselves. */
@Injectable()
export class ConductorsService {
  constructor(private readonly conductors: ConductorsRepository) {}

  async list(query: unknown, context: RequestContext): Promise<Buffer> {
    const values = readParameters(conductorParameters, query, context.minor);
    const fields = Array.isArray(values['fields']) ? values['fields'] : undefined;
    const detail = values['detail'] === true;
    // `alive` belongs to every answer: clients decide by it whom to trust with what they read.
    const asked = fields === undefined ? { detail } : { detail, fields: [...fields, 'alive'] };
    const selection = listSelection(conductorFields, asked, context.minor);
    const page = readPage(conductorList, values);
    const found = await this.conductors.list(selection, page, context.base, context.minor);
    return listBody(found, page, {
      url: `${context.base}/v1/conductors`,
      repeated: {
        sort_key: page.sortKey,
        sort_dir: page.sortDir,
        fields: fields?.join(','),
        detail: detail ? 'True' : undefined,
      },
    });
  }

  /** One conductor; throws `not-found`. */
  show(hostname: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(conductorFields, Array.isArray(fields) ? fields : undefined, context.minor);
    return this.conductors.render(hostname, selection, context.base, context.minor);
  }
}
