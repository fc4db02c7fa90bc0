import {
  type InterfaceKind,
  type InterfaceVerdict,
  interfaceKinds,
  type JsonObject,
  ValidateAnswer,
  type ValidateQuestion,
} from '@bessemer/contracts';
import { type CallContext, deploySteps, type HardwareType } from '@bessemer/drivers';
import { BessemerError, isBessemerError, toBessemerError } from '@bessemer/errors';
import { ofDrivers, wantedSteps } from '../flows/planned-steps.js';
import { scrub } from '../hardware/opened-node.js';
import type { CallContexts } from './call-contexts.js';

/**
 * Which interfaces a verb asks before it is accepted (reference: states.md §4). What is not here is accepted unasked
 * and validated by the task itself.
 */
const asked: Readonly<Record<string, readonly InterfaceKind[]>> = {
  inspect: ['power', 'inspect'],
  clean: ['power', 'network'],
  active: ['power', 'deploy'],
  deploy: ['power', 'deploy'],
  rebuild: ['power', 'deploy'],
  deleted: ['power'],
  undeploy: ['power'],
  rescue: ['power', 'rescue', 'network'],
  unrescue: ['power'],
  service: ['power', 'network'],
};

const powerTargets = new Set(['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off']);
const deployVerbs = new Set(['active', 'deploy', 'rebuild']);

/** Says whether a driver would take a verb now, or what it thinks of each interface. */
export class VerdictsService {
  /** @param host name of this conductor, for what went wrong in it */
  constructor(
    private readonly contexts: CallContexts,
    private readonly host: string,
  ) {}

  /**
   * With a verb: an answer means yes. Without: the verdict of each interface.
   * @throws `invalid` or `unsupported` with the driver's reason
   */
  async validate(question: ValidateQuestion): Promise<ValidateAnswer> {
    const { context, secrets } = this.contexts.build(question.node, question.ports);
    const answer = new ValidateAnswer();
    answer.interfaces = question.verb === undefined ? await this.all(context, question.arguments, secrets) : {};
    if (question.verb !== undefined)
      await this.verb(context, question.verb, question.arguments).catch((error) => {
        throw publicError(error, secrets);
      });
    return answer;
  }

  private async verb(context: CallContext, verb: string, args: JsonObject): Promise<void> {
    const { power } = context.hardware.interfaces;
    if (powerTargets.has(verb)) {
      await power.validate(context);
      if (!power.supportedTargets.includes(verb))
        throw new BessemerError(
          'unsupported',
          `The power interface ${power.name} of node ${context.node.uuid} does not support "${verb}".`,
          { remedy: `It supports ${power.supportedTargets.join(', ')}.` },
        );
      return;
    }
    for (const kind of asked[verb] ?? []) await validateInterface(context, kind);
    if (deployVerbs.has(verb)) validateDeployment(context, args);
  }

  private async all(
    context: CallContext,
    args: JsonObject,
    secrets: string[],
  ): Promise<Record<string, InterfaceVerdict>> {
    const verdicts: Record<string, InterfaceVerdict> = {};
    for (const kind of interfaceKinds) {
      if (kind === 'vendor') continue;
      verdicts[kind] = await this.verdict(context, kind, args, secrets);
    }
    return verdicts;
  }

  private async verdict(
    context: CallContext,
    kind: InterfaceKind,
    args: JsonObject,
    secrets: string[],
  ): Promise<InterfaceVerdict> {
    try {
      await validateInterface(context, kind);
      if (kind === 'deploy') validateDeployment(context, args);
      return { result: true };
    } catch (error) {
      const { message } = publicError(error, secrets);
      const reason = isBessemerError(error) ? message : `Unexpected exception on ${this.host}: ${message}`;
      return { result: false, reason };
    }
  }
}

async function validateInterface(context: CallContext, kind: InterfaceKind): Promise<void> {
  const interfaces: HardwareType['interfaces'] = context.hardware.interfaces;
  await interfaces[kind].validate(context);
}

function validateDeployment(context: CallContext, args: JsonObject): void {
  validateTraits(context);
  const steps = ofDrivers(wantedSteps(args['deploy_steps']));
  deploySteps(context.node, context.hardware, steps);
}

// Traits of the instance are wishes that the node must fulfil (reference: states.md §4).
function validateTraits({ node }: CallContext): void {
  const wanted = node.instance_info['traits'];
  if (!Array.isArray(wanted)) return;
  const missing = wanted.filter((trait) => !node.traits.includes(String(trait)));
  if (missing.length > 0)
    throw new BessemerError(
      'invalid',
      `Cannot deploy node ${node.uuid}: the instance asks for traits that the node does not have: ${missing.join(', ')}.`,
      { field: 'instance_info' },
    );
}

/** The error with no secret in what the asker is told. */
export function publicError(error: unknown, secrets: readonly string[]): BessemerError {
  const { code, message, remedy, field } = toBessemerError(error);
  return new BessemerError(code, scrub(message, secrets), {
    ...(remedy === undefined ? {} : { remedy: scrub(remedy, secrets) }),
    ...(field === undefined ? {} : { field }),
    cause: error,
  });
}
