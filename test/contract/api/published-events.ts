import type { NodeCopiesEvent, SnapshotRow } from '@bessemer/contracts';
import type { ApiFixture } from './api-fixture.js';

interface Envelope<Data> {
  readonly type: string;
  readonly data: Data;
}

/** The type and data of each public event that tells of the record, in their order, as they stand in the outbox. */
export async function eventsOf(api: ApiFixture, uuid: string): Promise<[string, Record<string, unknown>][]> {
  const events = await messagesOf<Record<string, unknown>>(api, 'aggregate = $1 AND type NOT LIKE $2', [
    uuid,
    'bessemer.node-copies.%',
  ]);
  return events.map(({ type, data }) => [type, data]);
}

/** What services that keep a copy of the node are told of it, in its order. */
export async function copiesOf(api: ApiFixture, uuid: string): Promise<(SnapshotRow | null)[]> {
  const messages = await messagesOf<NodeCopiesEvent>(
    api,
    "type LIKE 'bessemer.node-copies.%' AND strpos(payload, $1) > 0",
    [uuid],
  );
  return messages.flatMap(({ data: { changed, deleted } }) => [
    ...changed.filter((copy) => copy.uuid === uuid),
    ...deleted.filter((tombstone) => tombstone.uuid === uuid).map(() => null),
  ]);
}

async function messagesOf<Data>(api: ApiFixture, condition: string, values: string[]): Promise<Envelope<Data>[]> {
  const rows = await api.api.database.query<{ payload: string }>(
    `SELECT payload FROM outbox WHERE stream = 'EVENTS' AND ${condition} ORDER BY position`,
    values,
  );
  return rows.map(({ payload }) => JSON.parse(payload) as Envelope<Data>);
}
