import type { SnapshotRow } from '@bessemer/contracts';
import type { ApiFixture } from './api-fixture.js';

interface Envelope<Data> {
  readonly type: string;
  readonly data: Data;
}

const copies = 'bessemer.node-copy.%';

/** The type and data of each public event that tells of the record, in their order, as they stand in the outbox. */
export async function eventsOf(api: ApiFixture, uuid: string): Promise<[string, Record<string, unknown>][]> {
  const events = await messagesOf<Record<string, unknown>>(api, uuid, 'type NOT LIKE $2');
  return events.map(({ type, data }) => [type, data]);
}

/** What services that keep a copy of the node are told of it, in its order. */
export async function copiesOf(api: ApiFixture, uuid: string): Promise<(SnapshotRow | null)[]> {
  const events = await messagesOf<{ copy: SnapshotRow | null }>(api, uuid, 'type LIKE $2');
  return events.map(({ data }) => data.copy);
}

async function messagesOf<Data>(api: ApiFixture, uuid: string, condition: string): Promise<Envelope<Data>[]> {
  const rows = await api.api.database.query<{ payload: string }>(
    `SELECT payload FROM outbox WHERE aggregate = $1 AND stream = 'EVENTS' AND ${condition} ORDER BY position`,
    [uuid, copies],
  );
  return rows.map(({ payload }) => JSON.parse(payload) as Envelope<Data>);
}
