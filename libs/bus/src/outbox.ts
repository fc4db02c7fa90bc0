import type { Transaction } from '@bessemer/database';
import type { StreamName } from './streams.js';

/** What is to be published when the transaction commits. */
export interface OutboxMessage {
  stream: StreamName;
  subject: string;
  /** The CloudEvent's type, for example `baremetal.node.provision_set.end`. */
  type: string;
  /** Key of the order: messages of one aggregate are published in the order of their rows. A node's or a task's UUID. */
  aggregate: string;
  /** The CloudEvent's data; validated when it is an instance of a class of the catalogue. */
  data: object;
  /** For a command: published again until {@link Outbox.settle} is called with this. */
  confirm?: string;
}

/** The table of what a service has said and still has to say. */
export class Outbox {
  /** @param source the CloudEvents' source, for example `bessemer/api` */
  constructor(readonly source: string) {}

  async add(tx: Transaction, message: OutboxMessage): Promise<void> {
    await tx.query('SELECT $1', [message.subject]);
  }

  async settle(tx: Transaction, confirm: string): Promise<void> {
    await tx.query('UPDATE outbox SET settled_at = now() WHERE confirm = $1 AND settled_at IS NULL', [confirm]);
  }
}
