import { Outbox } from '@bessemer/bus';
import { eventSubject } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';

/** What happened to a record; with the status `end` it is Ironic's notification name. */
export type RecordEventKind = 'create' | 'update' | 'delete';

/** Puts what happened to records besides nodes into the outbox. */
@Injectable()
export class RecordEvents {
  constructor(private readonly outbox: Outbox) {}

  /**
   * Announces a change in the transaction of the change, after the record was written or locked.
   *
   * @param resource Ironic's name of the noun in notifications, for example `volumetarget`
   * @param event an instance of the noun's class in the catalogue of messages; for a deletion of the last record
   */
  async announce(
    tx: Transaction,
    resource: string,
    kind: RecordEventKind,
    event: { readonly uuid: string },
  ): Promise<void> {
    await this.outbox.add(tx, {
      stream: 'EVENTS',
      subject: eventSubject('api', resource, event.uuid, kind),
      type: `baremetal.${resource}.${kind}.end`,
      aggregate: event.uuid,
      data: event,
    });
  }
}
