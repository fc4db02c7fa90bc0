import type { Database } from '@bessemer/database';

/** What a relay offers to the outbox of its own process. */
export interface Wakeable {
  readonly isLeading: boolean;
  wake(): void;
  /** A wake-up for the leader elsewhere could not be sent; its sweep will find the row. */
  wakeFailed(error: unknown): void;
}

const relays = new WeakMap<Database, Wakeable>();
const notifying = new WeakMap<Database, 'running' | 'again'>();

/** The channel on which a schema's relays are told of new rows. */
export function outboxChannel(schema: string): string {
  return `${schema}_outbox`;
}

/** Makes a relay known to the outbox that writes through the same database object. */
export function registerRelay(database: Database, relay: Wakeable): void {
  relays.set(database, relay);
}

export function unregisterRelay(database: Database, relay: Wakeable): void {
  if (relays.get(database) === relay) relays.delete(database);
}

/** Wakes the schema's leading relay: directly when it is in this process, else by NOTIFY; many calls at once make one. */
export function wakeRelay(database: Database): void {
  const relay = relays.get(database);
  if (relay?.isLeading) relay.wake();
  else if (notifying.has(database)) notifying.set(database, 'again');
  else void notify(database);
}

async function notify(database: Database): Promise<void> {
  do {
    notifying.set(database, 'running');
    try {
      await database.notify(outboxChannel(database.schema));
    } catch (error) {
      const relay = relays.get(database);
      if (relay) relay.wakeFailed(error);
      else process.emitWarning('The relay could not be woken; its sweep will find the row.', { detail: String(error) });
    }
  } while (notifying.get(database) === 'again');
  notifying.delete(database);
}
