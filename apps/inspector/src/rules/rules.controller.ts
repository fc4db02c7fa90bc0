import { isUuid, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Controller, Delete, Get, Header, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseVersion, versionHeader } from '../http/api-version.js';
import { type Links, selfLink } from '../http/links.js';
import { parseJson } from '../introspections/body.js';
import { bodyOf } from '../introspections/introspections.controller.js';
import type { Rule } from './rule.js';
import { RulesService } from './rules.service.js';

/** The first minor versions with what a rule shows. */
const since = { createdIs201: 6, invertAndMultiple: 11 } as const;

/** A rule in lists. */
interface RuleSummary extends Links {
  uuid: string;
  description: string | null;
  scope: string | null;
}

/** A rule in full. */
interface RuleView extends RuleSummary {
  conditions: JsonObject[];
  actions: JsonObject[];
}

/** The ironic-inspector API's rules (inspection reference §1, §5). */
@Controller('v1/rules')
export class RulesController {
  constructor(private readonly rules: RulesService) {}

  @Get()
  async list(): Promise<{ rules: RuleSummary[] }> {
    return { rules: (await this.rules.list('inspector')).map(summary) };
  }

  @Post()
  async create(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<RuleView> {
    const version = versionOf(request);
    const rule = await this.rules.createInspectorRule(parseJson(bodyOf(request)));
    reply.status(version >= since.createdIs201 ? 201 : 200);
    return view(rule, version);
  }

  @Delete()
  @HttpCode(204)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  async deleteAll(): Promise<void> {
    await this.rules.deleteAll('inspector');
  }

  @Get(':uuid')
  async get(@Req() request: FastifyRequest, @Param('uuid') uuid: string): Promise<RuleView> {
    return view(await this.rules.get('inspector', parseUuid(uuid)), versionOf(request));
  }

  @Delete(':uuid')
  @HttpCode(204)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  async delete(@Param('uuid') uuid: string): Promise<void> {
    await this.rules.delete('inspector', parseUuid(uuid));
  }
}

function versionOf(request: FastifyRequest): number {
  const header = request.headers[versionHeader];
  return parseVersion(Array.isArray(header) ? header[0] : header);
}

function parseUuid(text: string): string {
  if (isUuid(text)) return text;
  throw new BessemerError('invalid', 'Invalid UUID value', { field: 'uuid' });
}

function summary({ uuid, description, scope }: Rule): RuleSummary {
  const links = selfLink(`/v1/rules/${uuid}`);
  return { uuid, description, scope, links };
}

function view(rule: Rule, version: number): RuleView {
  const conditions = rule.conditions.map(({ invert, multiple, ...condition }) =>
    version >= since.invertAndMultiple ? { ...condition, invert, multiple } : condition,
  ) as JsonObject[];
  return { ...summary(rule), conditions, actions: rule.actions };
}
