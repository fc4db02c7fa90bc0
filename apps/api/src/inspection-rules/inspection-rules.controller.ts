import { Questions } from '@bessemer/bus';
import {
  type InspectionRule,
  InspectionRuleFields,
  isJsonObject,
  isUuid,
  RuleAnswer,
  RuleDeleteAnswer,
  RuleListAnswer,
  rpcSubject,
} from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { readDto } from '../http/read-dto.js';
import { applyPatch, fieldOf, readPatch, requirePatchable } from '../records/json-patch.js';
import { maximumPage } from '../records/page.js';
import { shorten } from '../records/values.js';
import { readParameters, ruleParameters } from '../versions/parameters.js';

const timeoutMs = 10_000;
const listed = ['uuid', 'priority', 'phase', 'description'];
const patchable = ['description', 'phase', 'priority', 'sensitive', 'conditions', 'actions'];
const fields = ['uuid', ...patchable, 'created_at', 'updated_at'];

function view(rule: InspectionRule, base: string, names: readonly string[]): object {
  const path = `inspection_rules/${rule.uuid}`;
  return {
    ...Object.fromEntries(Object.entries(rule).filter(([name]) => names.includes(name))),
    links: [
      { href: `${base}/v1/${path}`, rel: 'self' },
      { href: `${base}/${path}`, rel: 'bookmark' },
    ],
  };
}

/** `/v1/inspection_rules`: the inspector's rules, asked for over the bus. */
@Controller('v1/inspection_rules')
export class InspectionRulesController {
  constructor(private readonly questions: Questions) {}

  @Get()
  async list(@Query() query: unknown, @Context() context: RequestContext): Promise<object> {
    const {
      limit = maximumPage,
      marker,
      phase,
      detail,
      fields: asked,
    } = readParameters(ruleParameters, query, context.minor);
    if (typeof limit !== 'number' || limit < 1)
      throw new BessemerError('invalid', 'Limit must be positive', { field: 'limit' });
    const names = Array.isArray(asked) ? asked : detail === true ? fields : listed;
    const unknown = names.filter((name) => !fields.includes(name));
    if (unknown.length > 0)
      throw new BessemerError('invalid', `Field(s) "${unknown.join(', ')}" are not valid`, { field: 'fields' });
    const most = Math.min(limit, maximumPage);
    const { rules } = await this.ask('rule-list', { limit: most, marker, phase }, RuleListAnswer);
    const last = rules.at(-1);
    return {
      inspection_rules: rules.map((rule) => view(rule, context.base, names)),
      ...(rules.length === most && last !== undefined
        ? { next: `${context.base}/v1/inspection_rules?limit=${most}&marker=${last.uuid}` }
        : {}),
    };
  }

  @Post()
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const given = readDto(InspectionRuleFields, body, 'inspection rule');
    if (given.actions === undefined)
      throw new BessemerError('invalid', "Schema error for inspection rule: 'actions' is a required property", {
        field: 'actions',
      });
    const { rule } = await this.ask('rule-create', { rule: given }, RuleAnswer);
    reply.header('location', `${context.base}/v1/inspection_rules/${rule.uuid}`);
    return view(rule, context.base, fields);
  }

  @Get(':rule')
  async show(@Param('rule') uuid: string, @Context() context: RequestContext): Promise<object> {
    const { rule } = await this.ask('rule-get', { uuid: requireUuid(uuid) }, RuleAnswer);
    return view(rule, context.base, fields);
  }

  @Patch(':rule')
  async patch(@Param('rule') uuid: string, @Body() body: unknown, @Context() context: RequestContext): Promise<object> {
    const patch = readPatch(body, context.minor);
    requirePatchable(patch, patchable);
    const { rule } = await this.ask('rule-get', { uuid: requireUuid(uuid) }, RuleAnswer);
    const after = applyPatch({ ...rule }, patch);
    const changed = Object.fromEntries(patch.map(fieldOf).map((name) => [name, after[name]]));
    const given = readDto(InspectionRuleFields, changed, 'inspection rule');
    const answer = await this.ask('rule-update', { uuid: rule.uuid, rule: given }, RuleAnswer);
    return view(answer.rule, context.base, fields);
  }

  @Delete(':rule')
  @HttpCode(204)
  async delete(@Param('rule') uuid: string): Promise<void> {
    await this.ask('rule-delete', { uuid: requireUuid(uuid) }, RuleDeleteAnswer);
  }

  @Delete()
  @HttpCode(204)
  async deleteAll(@Query('phase') phase: unknown): Promise<void> {
    if (phase !== undefined && typeof phase !== 'string')
      throw new BessemerError('invalid', `Expected string for phase: ${shorten(phase)}`, { field: 'phase' });
    await this.ask('rule-delete-all', phase === undefined ? {} : { phase }, RuleDeleteAnswer);
  }

  private ask<A extends object>(method: string, question: object, answer: new () => A): Promise<A> {
    const given = isJsonObject(question)
      ? Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined))
      : question;
    return this.questions.ask(rpcSubject('inspector', method), given, { answer, timeoutMs });
  }
}

function requireUuid(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw new BessemerError('not-found', `Inspection rule ${shorten(text)} could not be found.`, { field: 'rule' });
}
