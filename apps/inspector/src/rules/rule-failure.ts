import { BessemerError, toBessemerError } from '@bessemer/errors';
import { nameOf, type Rule } from './rule.js';

/** A rule ended the introspection: it said so itself (`fail`), or it could not be carried out. */
export class RuleFailure extends BessemerError {
  private constructor(
    message: string,
    readonly rule: string,
    cause?: unknown,
  ) {
    super('invalid', message, { cause });
    this.name = 'RuleFailure';
  }

  /** The rule says that the machine is not wanted. */
  static byAction(rule: Rule, message: string): RuleFailure {
    return new RuleFailure(`${message} (rule "${nameOf(rule)}")`, nameOf(rule));
  }

  /** The rule cannot be evaluated or applied on this data. */
  static byError(rule: Rule, error: unknown): RuleFailure {
    if (error instanceof RuleFailure) return error;
    return new RuleFailure(`Rule "${nameOf(rule)}": ${toBessemerError(error).message}`, nameOf(rule), error);
  }
}
