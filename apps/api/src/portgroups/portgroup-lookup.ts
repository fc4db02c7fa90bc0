import { isUuid } from '@bessemer/contracts';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { RoutingError } from '../http/faults.js';
import { isLogicalName, shorten } from '../records/values.js';
import { type PortgroupRow, PortgroupsRepository } from './portgroups.repository.js';

/** Finds the port group that a request names. */
@Injectable()
export class PortgroupLookup {
  constructor(private readonly portgroups: PortgroupsRepository) {}

  /**
   * The port group of a UUID or a name. A `.json` that was cut from the path may belong to the name.
   *
   * @throws `not-found`; 400 in the form of routing for what can be neither
   */
  async require(ident: string, context: RequestContext): Promise<PortgroupRow> {
    if (!isUuid(ident) && !isLogicalName(ident))
      throw new RoutingError('invalid', `Expected UUID or name for portgroup: ${shorten(ident)}`);
    const found =
      (await this.portgroups.find(ident)) ??
      (context.hadSuffix ? await this.portgroups.find(`${ident}.json`) : undefined);
    if (found === undefined) throw this.portgroups.notFound(ident);
    return found;
  }
}
