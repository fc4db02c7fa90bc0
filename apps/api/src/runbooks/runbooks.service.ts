import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { RunbookEvent } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { maskSecrets } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { StepSecrets } from '../provision/step-secrets.js';
import { stepsIn } from '../provision/steps.js';
import { refusingDuplicates } from '../records/duplicates.js';
import { ListRequest } from '../records/list-request.js';
import { type RecordValues, readNewRecord } from '../records/record-body.js';
import { RecordEvents } from '../records/record-events.js';
import { RecordPatch } from '../records/record-patch.js';
import { requireRevision } from '../records/revision.js';
import { allFields, showSelection } from '../records/selection.js';
import { inTransaction } from '../records/write.js';
import { readParameters, showParameters } from '../versions/parameters.js';
import { runbookFields } from '../versions/runbook-fields.js';
import { runbookListParameters } from '../versions/runbook-parameters.js';
import { ownerOfNew, readTraits, requireRunbook, requireRunbookName, requireTraitInPath } from './runbook-rules.js';
import { type RunbookRow, RunbooksRepository } from './runbooks.repository.js';

const noun = 'runbook';

const eventOf = (row: RunbookRow): RunbookEvent => {
  const { uuid, revision, name, description, disable_ramdisk, extra, owner, traits } = row;
  return Object.assign(new RunbookEvent(), {
    uuid,
    revision,
    name,
    description,
    steps: maskSecrets(row.steps),
    disable_ramdisk,
    extra,
    public: row.public,
    owner,
    traits,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at?.toISOString() ?? null,
  });
};

/** Runbooks: steps under a name, which cleaning and service may be asked to do. */
@Injectable()
export class RunbooksService {
  constructor(
    private readonly database: Database,
    private readonly runbooks: RunbooksRepository,
    private readonly secrets: StepSecrets,
    private readonly events: RecordEvents,
  ) {}

  /**
   * Creates a runbook and returns it as it is shown.
   *
   * @throws `invalid`, and `conflict` when its UUID or name is taken
   */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const values = readNewRecord(noun, runbookFields, body, context.minor);
    requireRunbookName(values['name'], context.minor);
    requireRunbook(values);
    const owner = ownerOfNew(values, context);
    const given = Object.entries({ ...values, owner }).filter(([, value]) => value !== null);
    const uuid = String(values['uuid'] ?? randomUUID());
    const steps = this.secrets.seal(stepsIn(values['steps']));
    await refusingDuplicates(
      noun,
      () => ({ ...values, uuid }),
      () =>
        inTransaction(this.database, async (tx) => {
          const row = await this.runbooks.insert(tx, { ...Object.fromEntries(given), uuid, steps });
          await this.events.announce(tx, noun, 'create', eventOf(row));
        }),
    );
    return { uuid, text: await this.render(uuid, context) };
  }

  /** One runbook as JSON text; throws `not-found`. */
  async show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(runbookFields, Array.isArray(fields) ? fields : undefined, context.minor);
    return this.runbooks.render((await this.runbooks.require(ident)).uuid, selection, context);
  }

  /** Applies the patch and returns the runbook as it is shown. Whoever says that it is public takes its owner away. */
  async patch(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const patch = new RecordPatch('patch', runbookFields, body, context.minor);
    const { uuid } = await this.runbooks.require(ident);
    let after: RecordValues = {};
    await refusingDuplicates(
      noun,
      () => after,
      () =>
        this.change(uuid, context, async (tx, row) => {
          after = patch.valuesAfter(patch.touched.has('public') ? { ...row, owner: null } : row);
          if (patch.touched.has('name')) requireRunbookName(after['name'], context.minor);
          requireRunbook(after);
          after['steps'] = this.secrets.seal(stepsIn(after['steps']), row.steps);
          const changes = patch.changesOf(row, after);
          return Object.keys(changes).length === 0 ? row : await this.runbooks.update(tx, row, changes);
        }),
    );
    return this.render(uuid, context);
  }

  /** Deletes a runbook; throws `not-found`. */
  async delete(ident: string, context: RequestContext): Promise<void> {
    const { uuid } = await this.runbooks.require(ident);
    await inTransaction(this.database, async (tx) => {
      const row = await this.runbooks.lock(tx, uuid);
      requireRevision(row, context);
      await this.runbooks.delete(tx, uuid);
      await this.events.announce(tx, noun, 'delete', eventOf({ ...row, revision: row.revision + 1 }));
    });
  }

  /** `GET /v1/runbooks` */
  list(query: unknown, context: RequestContext): Promise<Buffer> {
    const { source } = this.runbooks;
    const request = new ListRequest(source, runbookListParameters, query, 'runbooks', false, context);
    const { project } = request.values;
    if (project !== undefined) request.conditions.add('r.owner = ? OR r.public', project);
    return request.body(this.runbooks.list.bind(this.runbooks));
  }

  /** The traits of a runbook; throws `not-found`. */
  async traits(ident: string): Promise<{ traits: string[] }> {
    return { traits: (await this.runbooks.require(ident)).traits };
  }

  /** Gives a runbook the traits in the body in place of its own. */
  replaceTraits(ident: string, body: unknown, context: RequestContext): Promise<void> {
    const wanted = readTraits(body);
    return this.changeTraits(ident, context, () => wanted);
  }

  /** Adds one trait; the body must be empty. */
  addTrait(ident: string, trait: string, body: unknown, context: RequestContext): Promise<void> {
    requireTraitInPath(trait, body);
    return this.changeTraits(ident, context, (traits) => [...traits, trait]);
  }

  /** Removes one trait, if it is there. */
  removeTrait(ident: string, trait: string, context: RequestContext): Promise<void> {
    return this.changeTraits(ident, context, (traits) => traits.filter((other) => other !== trait));
  }

  /** Removes all traits. */
  clearTraits(ident: string, context: RequestContext): Promise<void> {
    return this.changeTraits(ident, context, () => []);
  }

  private async changeTraits(
    ident: string,
    context: RequestContext,
    change: (traits: readonly string[]) => readonly string[],
  ): Promise<void> {
    const { uuid } = await this.runbooks.require(ident);
    await this.change(uuid, context, async (tx, row) => {
      const traits = [...new Set(change(row.traits))].sort();
      return isDeepStrictEqual(traits, row.traits) ? row : await this.runbooks.update(tx, row, { traits });
    });
  }

  /** Changes the locked runbook and announces it, unless the row comes back as it was. */
  private change(
    uuid: string,
    context: RequestContext,
    work: (tx: Transaction, row: RunbookRow) => Promise<RunbookRow>,
  ): Promise<void> {
    return inTransaction(this.database, async (tx) => {
      const row = await this.runbooks.lock(tx, uuid);
      requireRevision(row, context);
      const changed = await work(tx, row);
      if (changed !== row) await this.events.announce(tx, noun, 'update', eventOf(changed));
    });
  }

  private render(uuid: string, context: RequestContext): Promise<string> {
    return this.runbooks.render(uuid, allFields(runbookFields, context.minor), context);
  }
}
