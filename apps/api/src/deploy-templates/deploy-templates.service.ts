import { randomUUID } from 'node:crypto';
import { DeployTemplateEvent } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { maskSecrets } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { StepSecrets } from '../provision/step-secrets.js';
import { requireDistinctSteps, stepsIn } from '../provision/steps.js';
import { refusingDuplicates } from '../records/duplicates.js';
import { ListRequest } from '../records/list-request.js';
import { type RecordValues, readNewRecord } from '../records/record-body.js';
import { RecordEvents } from '../records/record-events.js';
import { RecordPatch } from '../records/record-patch.js';
import { requireRevision } from '../records/revision.js';
import { allFields, showSelection } from '../records/selection.js';
import { shorten } from '../records/values.js';
import { inTransaction } from '../records/write.js';
import { isTrait } from '../traits/traits.repository.js';
import { deployTemplateFields } from '../versions/deploy-template-fields.js';
import { deployTemplateListParameters } from '../versions/deploy-template-parameters.js';
import { readParameters, showParameters } from '../versions/parameters.js';
import { type DeployTemplateRow, DeployTemplatesRepository } from './deploy-templates.repository.js';

const resource = 'deploytemplate';
const noun = 'deploy template';

const eventOf = ({ created_at, updated_at, ...row }: DeployTemplateRow): DeployTemplateEvent => {
  const { uuid, revision, name, steps, extra } = row;
  return Object.assign(new DeployTemplateEvent(), {
    uuid,
    revision,
    name,
    steps: maskSecrets(steps),
    extra,
    created_at: created_at.toISOString(),
    updated_at: updated_at?.toISOString() ?? null,
  });
};

/** Deploy templates: steps that a deployment does when the instance asks for the trait of the template's name. */
@Injectable()
export class DeployTemplatesService {
  constructor(
    private readonly database: Database,
    private readonly templates: DeployTemplatesRepository,
    private readonly secrets: StepSecrets,
    private readonly events: RecordEvents,
  ) {}

  /**
   * Creates a template and returns it as it is shown.
   *
   * @throws `invalid`, and `conflict` when its UUID or name is taken
   */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const { description: _, ...values } = readNewRecord('template', deployTemplateFields, body, context.minor);
    requireTemplate(values);
    const given = { ...values, uuid: String(values['uuid'] ?? randomUUID()) };
    const steps = this.secrets.seal(stepsIn(values['steps']));
    await refusingDuplicates(
      noun,
      () => given,
      () =>
        inTransaction(this.database, async (tx) => {
          const row = await this.templates.insert(tx, { ...given, steps });
          await this.events.announce(tx, resource, 'create', eventOf(row));
        }),
    );
    return { uuid: given.uuid, text: await this.render(given.uuid, context) };
  }

  /** One template as JSON text; throws `not-found`. */
  async show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(deployTemplateFields, Array.isArray(fields) ? fields : undefined, context.minor);
    return this.templates.render((await this.templates.require(ident)).uuid, selection, context);
  }

  /** Applies the patch and returns the template as it is shown. What is being deployed keeps the steps it began with. */
  async patch(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const patch = new RecordPatch('patch', deployTemplateFields, body, context.minor);
    const { uuid } = await this.templates.require(ident);
    let after: RecordValues = {};
    await refusingDuplicates(
      noun,
      () => after,
      () =>
        inTransaction(this.database, async (tx) => {
          const row = await this.templates.lock(tx, uuid);
          requireRevision(row, context);
          after = patch.valuesAfter(row);
          requireTemplate(after);
          after['steps'] = this.secrets.seal(stepsIn(after['steps']), row.steps);
          const { description: _, ...changes } = patch.changesOf(row, after);
          if (Object.keys(changes).length === 0) return;
          await this.events.announce(tx, resource, 'update', eventOf(await this.templates.update(tx, row, changes)));
        }),
    );
    return this.render(uuid, context);
  }

  /** Deletes a template; throws `not-found`. */
  async delete(ident: string, context: RequestContext): Promise<void> {
    const { uuid } = await this.templates.require(ident);
    await inTransaction(this.database, async (tx) => {
      const row = await this.templates.lock(tx, uuid);
      requireRevision(row, context);
      await this.templates.delete(tx, uuid);
      await this.events.announce(tx, resource, 'delete', eventOf({ ...row, revision: row.revision + 1 }));
    });
  }

  /** `GET /v1/deploy_templates` */
  list(query: unknown, context: RequestContext): Promise<Buffer> {
    const { source } = this.templates;
    const request = new ListRequest(source, deployTemplateListParameters, query, 'deploy_templates', false, context);
    return request.body(this.templates.list.bind(this.templates));
  }

  private render(uuid: string, context: RequestContext): Promise<string> {
    return this.templates.render(uuid, allFields(deployTemplateFields, context.minor), context);
  }
}

function requireTemplate(values: RecordValues): void {
  if (!isTrait(values['name']))
    throw new BessemerError('invalid', `A deploy template cannot be called '${shorten(values['name'])}'.`, {
      field: 'name',
      remedy: 'Its name is a trait: a standard one, or CUSTOM_ followed by A-Z, 0-9 and _.',
    });
  requireDistinctSteps('The deploy template', stepsIn(values['steps']));
}
