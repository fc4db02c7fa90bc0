import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { listSelection, showSelection } from '../records/selection.js';
import { driverFields } from '../versions/driver-fields.js';
import { driverParameters, driverShowParameters, readParameters } from '../versions/parameters.js';
import { type Offer, viewOf } from './driver-view.js';
import { HardwareTypes } from './hardware-types.js';

const notFound = (name: string): BessemerError =>
  new BessemerError('not-found', `Could not find the following driver(s) or hardware type(s): ${name}.`, {
    field: 'driver',
  });

/** Hardware types as the live conductors have announced them. */
@Injectable()
export class DriversService {
  constructor(private readonly types: HardwareTypes) {}

  /**
   * The drivers of all live conductors.
   *
   * @throws `invalid` for a wrong `type`, an unknown field, and `fields` with `detail`
   */
  async list(query: unknown, context: RequestContext): Promise<object> {
    const { type, detail, fields } = readParameters(driverParameters, query, context.minor);
    if (type !== undefined && type !== 'classic' && type !== 'dynamic')
      throw new BessemerError('invalid', '"type" filter must be one of "classic" or "dynamic", if specified.', {
        field: 'type',
      });
    const asked = { detail: detail === true, ...(Array.isArray(fields) ? { fields } : {}) };
    const selection = listSelection(driverFields, asked, context.minor);
    if (type === 'classic') return { drivers: [] };
    return { drivers: (await this.types.all()).map((offer) => viewOf(offer, selection, context.base)) };
  }

  /**
   * One driver.
   *
   * @throws `invalid` for an unknown field, `not-found` when no live conductor serves the driver
   */
  async show(name: string, query: unknown, context: RequestContext): Promise<object> {
    const { fields } = readParameters(driverShowParameters, query, context.minor);
    const selection = showSelection(driverFields, Array.isArray(fields) ? fields : undefined, context.minor);
    return viewOf(await this.require(name), selection, context.base);
  }

  /** Help texts of the properties that the type's interfaces take, by name. */
  async properties(name: string): Promise<object> {
    const { type } = await this.require(name);
    return Object.fromEntries(
      type.properties.map((property) => [
        property.name,
        `${property.help} ${property.required ? 'Required.' : 'Optional.'}`,
      ]),
    );
  }

  /** What the type says of itself beyond its interfaces, for example its logical disk properties. */
  async detail(name: string, key: string): Promise<object> {
    const { type } = await this.require(name);
    const detail = type.details[key];
    return typeof detail === 'object' && detail !== null ? detail : {};
  }

  private async require(name: string): Promise<Offer> {
    for (const look of ['cached', 'fresh']) {
      if (look === 'fresh') this.types.forget();
      const found = (await this.types.all()).find((offer) => offer.type.name === name);
      if (found !== undefined) return found;
    }
    throw notFound(name);
  }
}
