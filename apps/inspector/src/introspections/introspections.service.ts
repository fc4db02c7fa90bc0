import { createHash } from 'node:crypto';
import { Outbox } from '@bessemer/bus';
import {
  eventSubject,
  IntrospectionResult,
  isJsonObject,
  isUuid,
  type JsonObject,
  type SnapshotRow,
} from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError, toBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { evidenceOf } from '../lookup/evidence.js';
import { LookupService } from '../lookup/lookup.service.js';
import { MachineFields } from '../machines/machine-fields.js';
import { MachinesRepository } from '../machines/machines.repository.js';
import { ApiCallError, ApiCaller } from '../rules/api-caller.js';
import { RuleFailure } from '../rules/rule-failure.js';
import { type RuleSet, RulesService, ruleSetOf } from '../rules/rules.service.js';
import { parseRamdiskBody, type RamdiskData } from './body.js';
import type { Introspection, Outcome } from './introspection.js';
import { type IntrospectionPage, IntrospectionsRepository } from './introspections.repository.js';
import { inventoryDocument } from './processing.js';
import { type Processed, Processor } from './processor.js';

/** What the service needs to know of its surroundings. */
export interface IntrospectionsOptions {
  /** Introspections kept of each node. */
  keep: number;
  /** URL under which others fetch inventories from here. */
  inspectorUrl: () => string;
  logger: Logger;
}

/** The token under which {@link IntrospectionsOptions} are injected. */
export const introspectionsOptions = Symbol('IntrospectionsOptions');

/** Takes call-backs, keeps what they told, and answers for it. */
@Injectable()
export class IntrospectionsService {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly introspections: IntrospectionsRepository,
    private readonly machines: MachinesRepository,
    private readonly fields: MachineFields,
    private readonly lookup: LookupService,
    private readonly processor: Processor,
    private readonly rules: RulesService,
    private readonly caller: ApiCaller,
    @Inject(introspectionsOptions) private readonly options: IntrospectionsOptions,
  ) {}

  /**
   * Processes the data that a ramdisk has posted: finds the machine, runs hooks and rules, makes the calls that rules
   * ask for, then stores everything with the event of it in one transaction. The same body again changes nothing and
   * gets the same answer.
   *
   * @param body the request's bytes
   * @param nodeUuid the node that the ramdisk says it is booted for
   * @returns the UUIDs of the node and of the introspection
   * @throws `invalid` for data that hooks or rules refuse, `not-found` and `conflict` of the look-up, `unavailable` when
   *   the api, which knows the node, does not answer; nothing is stored then
   */
  async continue(body: Buffer, nodeUuid: string | null): Promise<{ node: string; introspection: string }> {
    const ramdisk = parseRamdiskBody(body);
    const unprocessed = JSON.stringify(ramdisk.data);
    const failures = this.processor.before(ramdisk.data);
    const machine = await this.fields.complete(await this.find(ramdisk.data, nodeUuid, failures));
    const rules = await this.rules.load();
    const processed =
      failures.length > 0
        ? null
        : await this.withCalls(machine, ramdisk.sha256, this.processor.process(ramdisk.data, machine, rules), rules);
    const introspection = await this.database.transaction((tx) =>
      this.settle(tx, machine, { ramdisk, unprocessed, failures, processed }),
    );
    if (introspection.state === 'error')
      throw new BessemerError('invalid', introspection.error ?? 'The introspection failed.');
    return { node: machine.uuid, introspection: introspection.uuid };
  }

  /**
   * Keeps what a task has learned without a ramdisk, as an introspection that has ended well. Of one task the first
   * document counts.
   *
   * @param body `{"inventory": {…}, "plugin_data": {…}}`
   * @throws `invalid` for anything else
   */
  async store(node: string, task: string, body: Buffer): Promise<void> {
    const { data, sha256 } = parseRamdiskBody(body);
    const { inventory, plugin_data: plugins } = data;
    if (!isJsonObject(inventory) || !isJsonObject(plugins))
      throw new BessemerError('invalid', 'Expected an object with inventory and plugin_data, both objects.');
    const document = JSON.stringify({ inventory, plugin_data: plugins });
    const unprocessed = JSON.stringify({ ...plugins, inventory });
    await this.database.transaction(async (tx) => {
      const open = await this.introspections.open(tx, node, task);
      if (open.state !== 'waiting') return;
      const outcome = { bodySha256: sha256, warnings: [], rules: [], error: null, unprocessed, inventory: document };
      await this.introspections.finish(tx, open, { ...outcome, state: 'finished', processed: unprocessed });
      await this.introspections.keepNewest(tx, node, this.options.keep);
    });
    this.options.logger.info({ node, task }, 'an inventory was stored');
  }

  /** A machine by UUID or name. Throws `not-found`. */
  async machine(ident: string): Promise<SnapshotRow> {
    const machine = await this.machines.find(isUuid(ident) ? { uuid: ident } : { name: ident });
    if (machine) return machine;
    throw new BessemerError('not-found', `Could not find node ${ident} in cache`);
  }

  /** The newest introspection of a node. Throws `not-found`. */
  async status(ident: string): Promise<Introspection> {
    const { uuid } = await this.machine(ident);
    const introspection = await this.introspections.newest(uuid);
    if (introspection) return introspection;
    throw new BessemerError('not-found', `Could not find node ${ident} in cache`);
  }

  list(page: IntrospectionPage): Promise<Introspection[]> {
    return this.introspections.list(page);
  }

  /** Stored data of a node as JSON text. Throws `not-found`. */
  async data(ident: string, which: 'unprocessed' | 'processed'): Promise<string> {
    const uuid = isUuid(ident) ? ident : (await this.machine(ident)).uuid;
    const document = await this.introspections.document(uuid, which);
    if (document !== null) return document;
    throw new BessemerError('not-found', `Introspection data not found for node ${uuid}, ${which}`);
  }

  /** The inventory of a node, of its newest introspection or a given one, as JSON text. Throws `not-found`. */
  async inventory(node: string, introspection?: string): Promise<string> {
    const document = await this.introspections.document(node, 'inventory', introspection);
    if (document !== null) return document;
    throw new BessemerError('not-found', `Inventory of node ${node} not found`);
  }

  /**
   * What hooks and rules would make of a node's stored data; nothing is changed, nobody is called.
   *
   * @param bodies rules to try instead of the stored ones
   * @throws `not-found` without a node or data, `invalid` for malformed rules
   */
  async dryRun(ident: string, bodies?: readonly JsonObject[]): Promise<Omit<Processed, 'calls'>> {
    const machine = await this.fields.complete(await this.machine(ident));
    const data = JSON.parse(await this.data(machine.uuid, 'unprocessed')) as JsonObject;
    const failures = this.processor.before(data);
    const rules = bodies === undefined ? await this.rules.load() : ruleSetOf(bodies, new Date());
    const { calls: _calls, ...processed } = this.processor.process(data, machine, rules);
    return failures.length > 0 ? { ...processed, error: joined(failures) } : processed;
  }

  private async find(data: JsonObject, nodeUuid: string | null, failures: string[]): Promise<SnapshotRow> {
    try {
      return await this.lookup.find(evidenceOf(data, nodeUuid));
    } catch (error) {
      const { code, message, remedy } = toBessemerError(error);
      this.options.logger.warn({ code, reason: message }, 'a call-back was of no machine that waits for one');
      if (failures.length === 0) throw error;
      throw new BessemerError(code, joined([...failures, `Look up error: ${message}`]), { remedy, cause: error });
    }
  }

  /**
   * Makes the calls that rules ask for, if the introspection still waits for data. They hold no transaction and no lock,
   * so that a call whose introspection ends meanwhile was made in vain, and one that is repeated after the inspector
   * died is made again.
   */
  private async withCalls(
    machine: SnapshotRow,
    sha256: string,
    processed: Processed,
    { ironic: rules }: RuleSet,
  ): Promise<Processed> {
    if (processed.error !== null || processed.calls.length === 0) return processed;
    const task = machine.task ?? '';
    const open = await this.database.transaction((tx) => this.introspections.open(tx, machine.uuid, task));
    if (open.state !== 'waiting') return processed;
    try {
      await this.caller.make(`${open.uuid} ${sha256}`, processed.calls);
      return processed;
    } catch (error) {
      const rule = rules.find(({ uuid }) => error instanceof ApiCallError && error.rule === uuid);
      if (rule === undefined) throw error;
      const { message } = RuleFailure.byError(rule, error);
      const traces = processed.rules.map((trace) => (trace.rule === rule.uuid ? { ...trace, error: message } : trace));
      return { ...processed, rules: traces, error: message };
    }
  }

  private async settle(
    tx: Transaction,
    machine: SnapshotRow,
    given: { ramdisk: RamdiskData; unprocessed: string; failures: string[]; processed: Processed | null },
  ): Promise<Introspection> {
    const open = await this.introspections.open(tx, machine.uuid, machine.task ?? '');
    if (open.state !== 'waiting') {
      if (open.body_sha256 === given.ramdisk.sha256) return open;
      throw new BessemerError('not-found', `The introspection of node ${machine.uuid} has ended already.`);
    }
    const { processed } = given;
    const outcome = outcomeOf(given, processed);
    const introspection = await this.introspections.finish(tx, open, outcome);
    await this.introspections.keepNewest(tx, machine.uuid, this.options.keep);
    await this.publish(tx, introspection, outcome, processed);
    const { uuid, node, state, error } = introspection;
    this.options.logger.info({ introspection: uuid, node, state, error, warnings: outcome.warnings }, 'introspected');
    return introspection;
  }

  private async publish(
    tx: Transaction,
    introspection: Introspection,
    outcome: Outcome,
    processed: Processed | null,
  ): Promise<void> {
    const { uuid, node, state, started_at, finished_at, error } = introspection;
    const result: IntrospectionResult = Object.assign(new IntrospectionResult(), {
      node,
      introspection: uuid,
      state,
      started_at: started_at.toISOString(),
      finished_at: (finished_at ?? started_at).toISOString(),
      error,
      discovered: false,
      ...(state === 'finished' && processed ? { patch: processed.patch } : {}),
      ...(outcome.inventory === null ? {} : { inventory: this.reference(introspection, outcome.inventory) }),
    });
    await this.outbox.add(tx, {
      stream: 'EVENTS',
      subject: eventSubject('inspector', 'introspection', node, 'finished'),
      type: 'bessemer.introspection.finished',
      aggregate: node,
      data: result,
    });
  }

  private reference({ node, uuid }: Introspection, document: string) {
    return {
      ref: `${this.options.inspectorUrl()}/internal/inventory/${node}?introspection=${uuid}`,
      sha256: createHash('sha256').update(document).digest('hex'),
      size: Buffer.byteLength(document),
    };
  }
}

function outcomeOf(
  { ramdisk, unprocessed, failures }: { ramdisk: RamdiskData; unprocessed: string; failures: string[] },
  processed: Processed | null,
): Outcome {
  const error = processed === null ? joined(failures) : processed.error;
  return {
    state: error === null ? 'finished' : 'error',
    error,
    bodySha256: ramdisk.sha256,
    warnings: processed?.warnings ?? [],
    rules: processed?.rules ?? [],
    unprocessed,
    processed: processed && JSON.stringify(processed.data),
    inventory: JSON.stringify(inventoryDocument(ramdisk.data)),
  };
}

function joined(failures: readonly string[]): string {
  return ['The following failures happened during running pre-processing hooks:', ...failures].join('\n');
}
