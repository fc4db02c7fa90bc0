import type { HardwareTypeAnnouncement, InterfaceKind } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { nodeFields } from '../versions/node-fields.js';
import { driverParameters, readParameters, showParameters } from '../versions/parameters.js';
import { HardwareTypes } from './hardware-types.js';

interface Offer {
  readonly type: HardwareTypeAnnouncement;
  readonly hosts: readonly string[];
}

const propertyLinksSince = 14;
const interfacesSince = 30;

const notFound = (name: string): BessemerError =>
  new BessemerError('not-found', `Could not find the following driver(s) or hardware type(s): ${name}.`, {
    field: 'driver',
  });

const linksOf = (base: string, path: string): object[] => [
  { href: `${base}/v1/drivers/${path}`, rel: 'self' },
  { href: `${base}/drivers/${path}`, rel: 'bookmark' },
];

/** An interface is shown on a driver from the version on that has it on a node; the old ones from 1.30 on. */
function isShown(kind: InterfaceKind, minor: number): boolean {
  const since = nodeFields[`${kind}_interface`]?.since ?? interfacesSince;
  const onDriver = since <= interfacesSince + 1 ? interfacesSince : since;
  return minor >= onDriver;
}

function interfacesOf(type: HardwareTypeAnnouncement, minor: number): object {
  const shown = type.interfaces.filter((offered) => isShown(offered.kind, minor));
  return Object.fromEntries(
    shown.flatMap((offered) => [
      [`default_${offered.kind}_interface`, offered.default],
      [`enabled_${offered.kind}_interfaces`, offered.enabled],
    ]),
  );
}

function view({ type, hosts }: Offer, isDetailed: boolean, context: RequestContext): Record<string, unknown> {
  const { minor, base } = context;
  return {
    name: type.name,
    hosts,
    links: linksOf(base, type.name),
    ...(minor >= propertyLinksSince ? { properties: linksOf(base, `${type.name}/properties`) } : {}),
    ...(minor >= interfacesSince ? { type: 'dynamic' } : {}),
    ...(isDetailed && minor >= interfacesSince ? interfacesOf(type, minor) : {}),
  };
}

function pick(full: Record<string, unknown>, fields: readonly string[], isRefused: (name: string) => boolean): object {
  const unknown = fields.filter((name) => !Object.hasOwn(full, name) && isRefused(name));
  if (unknown.length > 0)
    throw new BessemerError('invalid', `Field(s) "${unknown.join(', ')}" are not valid`, { field: 'fields' });
  return Object.fromEntries(Object.entries(full).filter(([name]) => name === 'links' || fields.includes(name)));
}

const isInterfaceField = /^(default_[a-z]+_interface|enabled_[a-z]+_interfaces)$/;

/** Hardware types as the live conductors have announced them. */
@Injectable()
export class DriversService {
  constructor(private readonly types: HardwareTypes) {}

  async list(query: unknown, context: RequestContext): Promise<object> {
    const { type, detail, fields } = readParameters(driverParameters, query, context.minor);
    if (type !== undefined && type !== 'classic' && type !== 'dynamic')
      throw new BessemerError('invalid', '"type" filter must be one of "classic" or "dynamic", if specified.', {
        field: 'type',
      });
    if (detail === true && fields !== undefined)
      throw new BessemerError('invalid', 'Can not specify ?detail=True and fields in the same request.', {
        field: 'fields',
      });
    if (type === 'classic') return { drivers: [] };
    const offers = await this.types.all();
    const wanted = Array.isArray(fields) ? fields : undefined;
    return {
      drivers: offers.map((offer) =>
        wanted === undefined
          ? view(offer, detail === true, context)
          : pick(view(offer, true, context), wanted, (name) => !isInterfaceField.test(name)),
      ),
    };
  }

  async show(name: string, query: unknown, context: RequestContext): Promise<object> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const full = view(await this.require(name), true, context);
    return Array.isArray(fields) ? pick(full, fields, (field) => !isInterfaceField.test(field)) : full;
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
