import type { JsonObject } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import type { LifecycleEvent } from '@bessemer/lifecycle';
import { maskSecrets } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import { type DeployTemplateRow, DeployTemplatesRepository } from '../deploy-templates/deploy-templates.repository.js';
import type { NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { ConcurrentChangeError } from '../records/write.js';
import { type RunbookRow, RunbooksRepository } from '../runbooks/runbooks.repository.js';
import { behaves } from '../versions/behaviours.js';
import { StepSecrets } from './step-secrets.js';
import {
  type GivenStep,
  nameOfStep,
  requireAllowedSteps,
  requireDistinctSteps,
  requireStepsOfChildren,
  stepsIn,
} from './steps.js';

/** The arguments of a verb with every step that it will do, secrets sealed. */
export interface WithSteps {
  readonly arguments: JsonObject;
  /** The templates that the steps were taken from; null for a verb that uses none. */
  readonly templates: readonly DeployTemplateRow[] | null;
}

/** Events whose steps a runbook may give, each with the argument that they become. */
const stepsArguments: Readonly<Partial<Record<LifecycleEvent, string>>> = {
  clean: 'clean_steps',
  service: 'service_steps',
};
const deployments: ReadonlySet<LifecycleEvent> = new Set(['deploy', 'rebuild']);

const sameRows = (some: readonly DeployTemplateRow[], others: readonly DeployTemplateRow[]): boolean =>
  some.length === others.length &&
  some.every((row, index) => row.uuid === others[index]?.uuid && row.revision === others[index]?.revision);

/** Which steps a verb asks for: those that were given, those of a runbook, and those of the deploy templates. */
@Injectable()
export class WantedSteps {
  constructor(
    private readonly nodes: NodesRepository,
    private readonly templates: DeployTemplatesRepository,
    private readonly runbooks: RunbooksRepository,
    private readonly secrets: StepSecrets,
  ) {}

  /**
   * Puts the steps of the named runbook and of the node's deploy templates into the arguments (reference: api.md §2.4,
   * states.md §4).
   *
   * @param minor the minor number of the API version
   * @throws `invalid` for steps that are forbidden or named twice and for a runbook that does not fit the node,
   *   `not-found` for an unknown one
   */
  async complete(node: NodeRow, event: LifecycleEvent, args: JsonObject, minor: number): Promise<WithSteps> {
    if (deployments.has(event)) return this.withTemplates(node, args);
    const name = stepsArguments[event];
    if (name === undefined) return { arguments: args, templates: null };
    const given = typeof args['runbook'] === 'string' ? await this.fromRunbook(node, name, args, minor) : args;
    const steps = stepsIn(given[name]);
    requireAllowedSteps(name, steps);
    requireStepsOfChildren(name, steps);
    return { arguments: { ...given, [name]: plain(this.secrets.seal(steps)) }, templates: null };
  }

  /** Throws {@link ConcurrentChangeError} when the templates are no longer those that the steps were taken from. */
  async requireUnchanged(tx: Transaction, node: NodeRow, { templates }: WithSteps): Promise<void> {
    if (templates === null) return;
    const now = await this.templatesOf(node, tx);
    if (!sameRows(templates, now)) throw new ConcurrentChangeError('deploy_templates', node.uuid);
  }

  /** The arguments with which a driver is asked what it thinks of a deployment of the node; they hold no secrets. */
  async ofTemplates(node: NodeRow): Promise<JsonObject> {
    const templates = await this.templatesOf(node);
    return { deploy_steps: maskSecrets(plain(templates.flatMap(({ steps }) => steps))) };
  }

  private async withTemplates(node: NodeRow, args: JsonObject): Promise<WithSteps> {
    const given = stepsIn(args['deploy_steps']);
    const templates = await this.templatesOf(node);
    const ofTemplates = templates.flatMap(({ steps }) => steps);
    const names = templates.map(({ name }) => name).join(', ');
    requireDistinctSteps(
      `The deploy templates ${names} of the instance's traits together`,
      ofTemplates,
      'instance_info',
    );
    const asked = new Set(given.map(nameOfStep));
    const all = [...given, ...ofTemplates.filter((step) => !asked.has(nameOfStep(step)))];
    requireAllowedSteps('deploy_steps', all);
    const steps = plain(this.secrets.seal(all));
    return { arguments: all.length === 0 ? args : { ...args, deploy_steps: steps }, templates };
  }

  private async templatesOf(node: NodeRow, tx?: Transaction): Promise<DeployTemplateRow[]> {
    const traits = node.instance_info['traits'];
    const names = Array.isArray(traits) ? traits.filter((trait) => typeof trait === 'string') : [];
    return names.length === 0 ? [] : this.templates.named(names, tx);
  }

  private async fromRunbook(node: NodeRow, name: string, args: JsonObject, minor: number): Promise<JsonObject> {
    const { runbook: ident, ...others } = args;
    if (others[name] !== undefined)
      throw new BessemerError('invalid', `Either "runbook" or "${name}" may be given, not both.`, { field: 'runbook' });
    const runbook = await this.runbooks.require(String(ident));
    await this.requireFit(node, runbook, minor);
    const steps = [...runbook.steps].sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
    return {
      disable_ramdisk: runbook.disable_ramdisk,
      ...others,
      [name]: plain(steps.map(({ order: _, ...step }) => step)),
    };
  }

  private async requireFit(node: NodeRow, runbook: RunbookRow, minor: number): Promise<void> {
    const wanted = behaves('runbook-traits', minor) ? runbook.traits : [runbook.name];
    const traits = await this.nodes.traits(node.uuid);
    if (wanted.some((trait) => traits.includes(trait))) return;
    const reason = wanted.length === 0 ? 'it has no traits' : `the node has none of its traits (${wanted.join(', ')})`;
    throw new BessemerError('invalid', `The runbook ${runbook.name} does not fit node ${node.uuid}: ${reason}.`, {
      field: 'runbook',
      remedy: 'Give the node a trait of the runbook.',
    });
  }
}

const plain = (steps: readonly GivenStep[]): JsonObject[] => steps.map((step) => ({ ...step }));
