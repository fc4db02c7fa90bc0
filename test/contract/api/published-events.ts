import type { ApiFixture } from './api-fixture.js';

interface Envelope {
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** The type and data of each event that tells of the record, in their order, as they stand in the outbox. */
export async function eventsOf(api: ApiFixture, uuid: string): Promise<[string, Record<string, unknown>][]> {
  const rows = await api.api.database.query<{ payload: string }>(
    "SELECT payload FROM outbox WHERE aggregate = $1 AND stream = 'EVENTS' ORDER BY position",
    [uuid],
  );
  return rows.map(({ payload }) => {
    const { type, data } = JSON.parse(payload) as Envelope;
    return [type, data];
  });
}
