import type { HardwareTypeAnnouncement } from '@bessemer/contracts';
import type { Selection } from '../records/selection.js';

/** A hardware type and the conductors that serve it. */
export interface Offer {
  readonly type: HardwareTypeAnnouncement;
  readonly hosts: readonly string[];
}

const linksOf = (base: string, path: string): object[] => [
  { href: `${base}/v1/drivers/${path}`, rel: 'self' },
  { href: `${base}/drivers/${path}`, rel: 'bookmark' },
];

function interfacesOf(type: HardwareTypeAnnouncement): Record<string, unknown> {
  return Object.fromEntries(
    type.interfaces.flatMap((offered) => [
      [`default_${offered.kind}_interface`, offered.default],
      [`enabled_${offered.kind}_interfaces`, offered.enabled],
    ]),
  );
}

/**
 * A driver as a client sees it (reference: api.md §7).
 *
 * @param selection the fields that are shown
 * @param base of links, without a trailing slash
 */
export function viewOf({ type, hosts }: Offer, selection: Selection, base: string): object {
  const all: Record<string, unknown> = {
    name: type.name,
    hosts,
    links: linksOf(base, type.name),
    properties: linksOf(base, `${type.name}/properties`),
    type: 'dynamic',
    ...interfacesOf(type),
  };
  return Object.fromEntries(selection.map(([name]) => [name, all[name]]));
}
