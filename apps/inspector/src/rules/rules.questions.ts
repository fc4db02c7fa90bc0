import { Questions } from '@bessemer/bus';
import {
  type InspectionRule,
  type RuleAnswer,
  RuleCreateQuestion,
  RuleDeleteAllQuestion,
  type RuleDeleteAnswer,
  RuleDeleteQuestion,
  RuleGetQuestion,
  type RuleImportAnswer,
  RuleImportQuestion,
  type RuleListAnswer,
  RuleListQuestion,
  RuleUpdateQuestion,
  rpcSubject,
} from '@bessemer/contracts';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Rule } from './rule.js';
import { RulesService } from './rules.service.js';

/** Answers the api's questions about rules in Ironic's dialect. */
@Injectable()
export class RulesQuestions implements OnApplicationBootstrap {
  constructor(
    private readonly questions: Questions,
    private readonly rules: RulesService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { rules } = this;
    await this.answer('rule-create', RuleCreateQuestion, async ({ rule }): Promise<RuleAnswer> => {
      return { rule: shown(await rules.createIronicRule(rule)) };
    });
    await this.answer('rule-list', RuleListQuestion, async (page): Promise<RuleListAnswer> => {
      return { rules: (await rules.list('ironic', page)).map(shown) };
    });
    await this.answer('rule-get', RuleGetQuestion, async ({ uuid, whole }): Promise<RuleAnswer> => {
      const rule = await rules.get('ironic', uuid);
      return { rule: whole === true ? wholeOf(rule) : shown(rule) };
    });
    await this.answer('rule-update', RuleUpdateQuestion, async ({ uuid, revision, rule }): Promise<RuleAnswer> => {
      return { rule: shown(await rules.updateIronicRule(uuid, revision, rule)) };
    });
    await this.answer('rule-delete', RuleDeleteQuestion, async ({ uuid, revision }): Promise<RuleDeleteAnswer> => {
      await rules.delete('ironic', uuid, revision);
      return { deleted: 1 };
    });
    await this.answer('rule-delete-all', RuleDeleteAllQuestion, async ({ phase }): Promise<RuleDeleteAnswer> => {
      return { deleted: await rules.deleteAll('ironic', phase) };
    });
    await this.answer('rule-import', RuleImportQuestion, ({ rules: bodies }): Promise<RuleImportAnswer> => {
      return rules.import(bodies);
    });
  }

  private answer<Q extends object>(method: string, question: new () => Q, handle: (question: Q) => Promise<object>) {
    return this.questions.answer(rpcSubject('inspector', method), { queue: 'inspector', question, handle });
  }
}

function wholeOf({ dialect: _, scope: __, created_at, updated_at, ...rule }: Rule): InspectionRule {
  return { ...rule, created_at: created_at.toISOString(), updated_at: updated_at?.toISOString() ?? null };
}

function shown(rule: Rule): InspectionRule {
  const whole = wholeOf(rule);
  return rule.sensitive ? { ...whole, conditions: null, actions: null } : whole;
}
