import { isMacAddress, isUuid } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { groupBy } from '../records/group-by.js';
import { shorten } from '../records/values.js';
import { hostOf } from './bmc-addresses.js';
import type { NodeRow } from './node-row.js';
import { isNodeIdent } from './node-rules.js';
import { type NodeMatch, NodeSearchRepository, type ReadIdentifier } from './node-search.repository.js';
import { NodesRepository, nodeNotFound } from './nodes.repository.js';

/** A node that an identifier names, and what of the node it is. */
export interface FoundNode extends Pick<NodeMatch, 'uuid' | 'name' | 'provision_state'> {
  readonly matches: readonly Pick<NodeMatch, 'by' | 'value'>[];
}

/** How many nodes an error names. */
const named = 10;

/** MAC addresses are looked for with hyphens too, as firmware writes them. */
function read(identifier: string): ReadIdentifier {
  const text = identifier.trim();
  const mac = text.replaceAll('-', ':').toLowerCase();
  return {
    text,
    uuid: isUuid(text) ? text.toLowerCase() : null,
    mac: isMacAddress(mac) ? mac : null,
    host: hostOf(text),
  };
}

/** Finds nodes by whatever identifies a machine: what an operator has at hand is seldom a UUID. */
@Injectable()
export class NodeSearchService {
  constructor(
    private readonly search: NodeSearchRepository,
    private readonly nodes: NodesRepository,
  ) {}

  /**
   * Every node that the identifier names, each with what matched.
   *
   * @param identifier a UUID, a name, the UUID of an instance, the MAC address of a port, the address of a BMC (also as
   *   a URL) or a serial number
   */
  async find(identifier: string): Promise<FoundNode[]> {
    const matches = await this.search.matches(read(identifier));
    return [...groupBy(matches, ({ uuid }) => uuid).values()].flatMap((ofNode) => {
      const [first] = ofNode;
      if (first === undefined) return [];
      const { uuid, name, provision_state } = first;
      return [{ uuid, name, provision_state, matches: ofNode.map(({ by, value }) => ({ by, value })) }];
    });
  }

  /**
   * The one node that the identifier names. A UUID or a name of a node is that node, whatever else it may be.
   *
   * @throws `not-found`; `conflict` when it names several, naming them
   */
  async require(identifier: string): Promise<NodeRow> {
    const named = isNodeIdent(identifier) ? await this.nodes.find(identifier) : undefined;
    if (named !== undefined) return named;
    const found = await this.find(identifier);
    const [first] = found;
    const node = first === undefined ? undefined : await this.nodes.find(first.uuid);
    if (node === undefined) throw nodeNotFound(shorten(identifier));
    if (found.length > 1) throw ambiguous(identifier, found);
    return node;
  }
}

function ambiguous(identifier: string, found: readonly FoundNode[]): BessemerError {
  const shown = found.slice(0, named).map(({ uuid, name }) => (name === null ? uuid : `${name} (${uuid})`));
  const more = found.length > named ? ` and ${found.length - named} more` : '';
  return new BessemerError('conflict', `${shorten(identifier)} belongs to several nodes: ${shown.join(', ')}${more}.`, {
    field: 'node',
    remedy: 'Name one of them by its UUID.',
  });
}
