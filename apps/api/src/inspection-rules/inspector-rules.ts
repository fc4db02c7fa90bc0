import { Questions } from '@bessemer/bus';
import {
  type InspectionRule,
  type InspectionRuleFields,
  RuleAnswer,
  RuleDeleteAnswer,
  RuleListAnswer,
  type RuleListQuestion,
  rpcSubject,
} from '@bessemer/contracts';
import { Injectable } from '@nestjs/common';

const timeoutMs = 10_000;

/** The inspector's rules in Ironic's dialect, asked for over the bus. Each call throws what the inspector answers. */
@Injectable()
export class InspectorRules {
  constructor(private readonly questions: Questions) {}

  async list(page: RuleListQuestion): Promise<readonly InspectionRule[]> {
    return (await this.ask('rule-list', page, RuleListAnswer)).rules;
  }

  async create(rule: InspectionRuleFields): Promise<InspectionRule> {
    return (await this.ask('rule-create', { rule }, RuleAnswer)).rule;
  }

  async get(uuid: string): Promise<InspectionRule> {
    return (await this.ask('rule-get', { uuid }, RuleAnswer)).rule;
  }

  /** The rule with its contents, even if they are sensitive: not to be shown. */
  async whole(uuid: string): Promise<InspectionRule> {
    return (await this.ask('rule-get', { uuid, whole: true }, RuleAnswer)).rule;
  }

  /** Changes fields of the rule in the revision that they were made from. */
  async update(uuid: string, revision: number, rule: InspectionRuleFields): Promise<InspectionRule> {
    return (await this.ask('rule-update', { uuid, revision, rule }, RuleAnswer)).rule;
  }

  /** Deletes the rule, where a revision is given only in that one. */
  async delete(uuid: string, revision?: number): Promise<void> {
    await this.ask('rule-delete', { uuid, ...(revision === undefined ? {} : { revision }) }, RuleDeleteAnswer);
  }

  async deleteAll(phase?: string): Promise<void> {
    await this.ask('rule-delete-all', phase === undefined ? {} : { phase }, RuleDeleteAnswer);
  }

  private ask<A extends object>(method: string, question: object, answer: new () => A): Promise<A> {
    return this.questions.ask(rpcSubject('inspector', method), question, { answer, timeoutMs });
  }
}
