import { isJsonObject } from '@bessemer/contracts';
import { type SealingPublicKey, sealStepArguments } from '@bessemer/secrets';
import { Inject, Injectable } from '@nestjs/common';
import { keepMasked, SEALING_KEY } from '../nodes/node-secrets.js';
import { type GivenStep, nameOfStep } from './steps.js';

/** Seals the secret arguments of steps before they are stored or sent; only a conductor opens them, for the step alone. */
@Injectable()
export class StepSecrets {
  constructor(@Inject(SEALING_KEY) private readonly key: SealingPublicKey) {}

  /**
   * The steps with every argument sealed whose name looks secret.
   *
   * @param stored the steps as they are in the record, for secrets that a client sends back masked
   */
  seal(steps: readonly GivenStep[], stored: readonly GivenStep[] = []): GivenStep[] {
    return steps.map((step) => {
      if (step.args === undefined) return step;
      const before = stored.find((other) => nameOfStep(other) === nameOfStep(step));
      const args = keepMasked(step.args, before?.args);
      return { ...step, args: isJsonObject(args) ? sealStepArguments(args, this.key) : step.args };
    });
  }
}
