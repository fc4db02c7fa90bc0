import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DriverQuestions } from '../drivers/driver-questions.js';
import type { RequestContext } from '../http/context.js';
import { LOGGER } from '../http/tokens.js';
import { NodeGate } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import type { NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { inTransaction } from '../records/write.js';

const leaseMs = 75_000;
const sweepMs = 5000;
/** How the reservation of a call is named while no conductor has told its name. */
const holder = 'api';

/** Calls of interfaces that answer at once. One that changes hardware holds the node's reservation for that long. */
@Injectable()
export class CallsService implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly lookup: NodeLookup,
    private readonly nodes: NodesRepository,
    private readonly gate: NodeGate,
    private readonly drivers: DriverQuestions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Begins to look for calls whose lease has run out: whoever made them has died. */
  start(): void {
    this.timer = setInterval(() => {
      this.releaseExpired().catch((error: unknown) => this.logger.error({ err: error }, 'releasing calls failed'));
    }, sweepMs);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Calls a method that only reads. */
  async read(
    ident: string,
    kind: string,
    method: string,
    context: RequestContext,
    args: JsonObject = {},
  ): Promise<unknown> {
    return this.drivers.call(await this.lookup.require(ident, context), kind, method, args);
  }

  /**
   * Calls a method that changes hardware, with the node reserved.
   *
   * @param store what of the result becomes part of the record, in the transaction that releases the reservation; it is
   *   given the record as it is then
   */
  async change(
    ident: string,
    kind: string,
    method: string,
    context: RequestContext,
    args: JsonObject,
    store: (result: unknown, node: NodeRow) => Partial<NodeRow> = () => ({}),
  ): Promise<unknown> {
    const found = await this.lookup.require(ident, context);
    const call = randomUUID();
    const reserved = await this.gate.whenFree(
      found.uuid,
      (tx, node) =>
        this.nodes.update(tx, node, { reservation: holder, call, call_until: new Date(Date.now() + leaseMs) }),
      context,
    );
    let changes: (node: NodeRow) => Partial<NodeRow> = () => ({});
    try {
      const result = await this.drivers.call({ ...reserved, reservation: null }, kind, method, args);
      changes = (node) => store(result, node);
      return result;
    } finally {
      await this.release(found.uuid, call, changes);
    }
  }

  private async release(uuid: string, call: string, changes: (node: NodeRow) => Partial<NodeRow>): Promise<void> {
    await inTransaction(this.database, async (tx) => {
      const node = await this.nodes.lockIfThere(tx, uuid);
      if (node?.call !== call) return;
      await this.nodes.update(tx, node, { ...changes(node), reservation: null, call: null, call_until: null });
    });
  }

  private async releaseExpired(): Promise<void> {
    const expired = await this.database.query<{ uuid: string; call: string }>(
      'SELECT uuid, call FROM nodes WHERE call IS NOT NULL AND call_until < now()',
    );
    for (const { uuid, call } of expired) await this.release(uuid, call, () => ({}));
  }
}
