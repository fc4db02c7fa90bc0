import { anyNumberOf, Database, type TextReader, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { Gatherer } from '../records/gatherer.js';
import { groupBy } from '../records/group-by.js';
import { entityTagOf, type Tagged } from '../records/revision.js';
import { columnsOf, RowWriter } from '../records/row-writer.js';
import { allFields, type Selection } from '../records/selection.js';
import { nodeFields } from '../versions/node-fields.js';

/** What of a request decides how a node is shown; it learns which revision was. */
export type Showing = Pick<RequestContext, 'base' | 'minor' | 'shownTag'>;

/** A way in which nodes are shown; there are but a few, since Postgres keeps a statement of each. */
export interface NodeView {
  /** The same for the same selection always. */
  readonly name: string;
  selection(minor: number): Selection;
}

/** Every field of the version. */
export const wholeNode: NodeView = { name: 'nodes', selection: (minor) => allFields(nodeFields, minor) };

/** How a request names a node. */
export interface NodeName {
  readonly column: 'uuid' | 'name';
  readonly value: string;
}

/** A node that a request has changed, and how the request is to be shown it. */
export interface ChangedNode {
  readonly uuid: string;
  readonly showing: Showing;
  readonly view: NodeView;
}

interface Shown extends Tagged {
  readonly item: string;
}

interface ShownOf extends Shown {
  /** What it was asked for by. */
  readonly ident: string;
}

interface AskedNode extends NodeName {
  readonly base: string;
}

/** Nodes as JSON text in a few views: many requests are served by one statement, which Postgres keeps planned. */
@Injectable()
export class NodeViews {
  private readonly writers = new Map<string, ViewWriter>();

  constructor(private readonly database: Database) {}

  /** The node of that name, undefined when there is none; the context learns which revision is shown. */
  async show(name: NodeName, context: Showing, view = wholeNode): Promise<string | undefined> {
    const shown = await this.writerOf(view, context.minor).shows.do({ ...name, base: context.base });
    if (shown !== null) context.shownTag = entityTagOf(shown);
    return shown?.item;
  }

  /** Like {@link show}, nodes as the transaction has written them, in their order. All is sent when this returns. */
  async showWithin(tx: Transaction, changed: readonly ChangedNode[]): Promise<(string | undefined)[]> {
    const groups = groupBy(changed, ({ view, showing }) => `${showing.minor} ${view.name}`);
    const items = new Map<ChangedNode, string>();
    await Promise.all(
      [...groups.values()].map(async (group) => {
        const shown = await this.showAlike(tx, group);
        group.forEach((one, index) => {
          const node = shown[index];
          if (node === undefined || node === null) return;
          one.showing.shownTag = entityTagOf(node);
          items.set(one, node.item);
        });
      }),
    );
    return changed.map((one) => items.get(one));
  }

  private async showAlike(tx: Transaction, group: readonly ChangedNode[]): Promise<readonly (Shown | null)[]> {
    const [first] = group;
    if (first === undefined) return [];
    const asked = group.map(({ uuid, showing }) => ({ column: 'uuid' as const, value: uuid, base: showing.base }));
    return this.writerOf(first.view, first.showing.minor).showAll(tx, asked);
  }

  private writerOf(view: NodeView, minor: number): ViewWriter {
    const key = `${view.name} at ${minor}`;
    const present = this.writers.get(key);
    if (present !== undefined) return present;
    const writer = new ViewWriter(key, view.selection(minor), minor, this.database);
    this.writers.set(key, writer);
    return writer;
  }
}

/** One view at one version. */
class ViewWriter {
  readonly shows: Gatherer<AskedNode, Shown | null>;
  private readonly columns: string;
  /** Nearly all clients name the api alike. */
  private last: { base: string; writer: RowWriter };

  constructor(
    private readonly name: string,
    private readonly selection: Selection,
    minor: number,
    database: Database,
  ) {
    this.columns = columnsOf(selection, { minor });
    this.last = { base: '', writer: new RowWriter(selection, 3, '') };
    this.shows = new Gatherer((asked) => this.showAll(database, asked), { largest: 64, atOnce: 2 });
  }

  /** One statement for each base and column, which is one statement for nearly all requests. */
  async showAll(reader: TextReader, asked: readonly AskedNode[]): Promise<(Shown | null)[]> {
    const groups = groupBy(asked, ({ base, column }) => `${column} ${base}`);
    const found = new Map<string, Shown>();
    await Promise.all(
      [...groups].map(async ([key, group]) => {
        const [first] = group;
        if (first === undefined) return;
        const idents = [...new Set(group.map(({ value }) => value))];
        for (const row of await this.read(reader, first, idents)) found.set(`${key} ${row.ident}`, row);
      }),
    );
    return asked.map(({ base, column, value }) => found.get(`${column} ${base} ${value}`) ?? null);
  }

  private async read(
    reader: TextReader,
    { base, column }: Pick<AskedNode, 'base' | 'column'>,
    idents: readonly string[],
  ): Promise<ShownOf[]> {
    const rows = await reader.texts(
      `SELECT r.${column}, r.revision, r.incarnation, ${this.columns} FROM nodes r
       WHERE r.${column} = ANY(${anyNumberOf('$1', column === 'uuid' ? 'uuid[]' : 'text[]')})`,
      [idents],
      `${this.name} by ${column}`,
    );
    if (this.last.base !== base) this.last = { base, writer: new RowWriter(this.selection, 3, base) };
    const { writer } = this.last;
    return rows.map((row) => ({
      ident: row[0] ?? '',
      revision: Number(row[1]),
      incarnation: Number(row[2]),
      item: writer.write(row),
    }));
  }
}
