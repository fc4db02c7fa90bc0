import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { HardwareTypes } from '../drivers/hardware-types.js';
import type { RequestContext } from '../http/context.js';
import { CallsService } from '../management/calls.service.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import type { NodeRow } from '../nodes/node-row.js';
import { shorten } from '../records/values.js';

/** What a call of a vendor method leads to: nothing to be shown when it works in the background. */
export type VendorAnswer = { readonly isAsync: true } | { readonly isAsync: false; readonly result: unknown };

/** Methods of vendor interfaces beyond what all drivers have. */
@Injectable()
export class VendorService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly types: HardwareTypes,
    private readonly calls: CallsService,
  ) {}

  /** The methods of the node's vendor interface, by name. */
  async methods(ident: string, context: RequestContext): Promise<JsonObject> {
    return this.methodsOf(await this.lookup.require(ident, context));
  }

  /**
   * Calls a method; one that needs the node for itself holds its reservation.
   *
   * @param verb the HTTP method of the request
   * @throws `invalid` for an unknown method, or one that is not called by this HTTP method
   */
  async call(
    ident: string,
    method: unknown,
    verb: string,
    body: unknown,
    context: RequestContext,
  ): Promise<VendorAnswer> {
    if (typeof method !== 'string') throw new BessemerError('invalid', 'Missing mandatory parameter: method');
    const methods = await this.methodsOf(await this.lookup.requireExpected(ident, context));
    const facts = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!isJsonObject(facts))
      throw new BessemerError('invalid', `No handler for method ${shorten(method)}`, { field: 'method' });
    const verbs = facts['http_methods'];
    if (!Array.isArray(verbs) || !verbs.includes(verb))
      throw new BessemerError('invalid', `The method ${method} does not support HTTP ${verb}`, { field: 'method' });
    const args = body ?? {};
    if (!isJsonObject(args)) throw new BessemerError('invalid', `${shorten(args)} is not of type 'object'`);
    const result =
      facts['require_exclusive_lock'] === true
        ? await this.calls.change(ident, 'vendor', method, context, args)
        : await this.calls.read(ident, 'vendor', method, context, args);
    return facts['async'] === true ? { isAsync: true } : { isAsync: false, result };
  }

  private async methodsOf(node: NodeRow): Promise<JsonObject> {
    const type = await this.types.require(node.driver, node.conductor_group);
    const byInterface = type.details['node_vendor_methods'];
    const methods = isJsonObject(byInterface) ? byInterface[node.vendor_interface ?? ''] : {};
    return isJsonObject(methods) ? methods : {};
  }
}
