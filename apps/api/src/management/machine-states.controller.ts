import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { mayChangeBootMode } from '@bessemer/lifecycle';
import { Body, Controller, Get, HttpCode, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { stateOf } from '../nodes/node-row.js';
import { entityTagOf } from '../records/revision.js';
import { bootModeMembers, consoleMembers, secureBootMembers } from '../versions/machine-states-members.js';
import { readMembers } from '../versions/members.js';
import { CallsService } from './calls.service.js';
import { requireRaidConfig } from './raid-config.js';

const statesOf = (ident: string, { base }: RequestContext): string => `${base}/v1/nodes/${ident}/states`;

/** States of a machine that are set by a call of its driver: console, boot mode, secure boot, RAID. */
@Controller('v1/nodes/:node/states')
export class MachineStatesController {
  constructor(
    private readonly calls: CallsService,
    private readonly lookup: NodeLookup,
  ) {}

  @Get('console')
  async console(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    const node = await this.lookup.require(ident, context);
    context.shownTag = entityTagOf(node);
    if (!node.console_enabled) return { console_enabled: false, console_info: null };
    return { console_enabled: true, console_info: await this.calls.read(ident, 'console', 'get_console', context) };
  }

  @Put('console')
  @HttpCode(202)
  async setConsole(
    @Param('node') ident: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const enabled = readMembers('console', consoleMembers, body, context.minor)['enabled'] === true;
    const node = await this.lookup.requireExpected(ident, context);
    if (node.console_enabled !== enabled)
      await this.calls.change(ident, 'console', enabled ? 'start_console' : 'stop_console', context, {}, () => ({
        console_enabled: enabled,
      }));
    reply.header('location', `${context.base}/v1/nodes/${node.uuid}/states/console`);
  }

  @Put('boot_mode')
  @HttpCode(202)
  async setBootMode(
    @Param('node') ident: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const mode = String(readMembers('boot mode', bootModeMembers, body, context.minor)['target']);
    await this.requireRest(ident, context);
    await this.calls.change(ident, 'management', 'set_boot_mode', context, { mode }, () => ({ boot_mode: mode }));
    reply.header('location', statesOf(ident, context));
  }

  @Put('secure_boot')
  @HttpCode(202)
  async setSecureBoot(
    @Param('node') ident: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const state = readMembers('secure boot', secureBootMembers, body, context.minor)['target'] === true;
    await this.requireRest(ident, context);
    await this.calls.change(ident, 'management', 'set_secure_boot_state', context, { state }, () => ({
      secure_boot: state,
    }));
    reply.header('location', statesOf(ident, context));
  }

  @Put('raid')
  @HttpCode(204)
  async setRaid(
    @Param('node') ident: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
  ): Promise<void> {
    const config: JsonObject = requireRaidConfig(body);
    await this.calls.change(ident, 'raid', 'set_raid_config', context, { target_raid_config: config }, () => ({
      target_raid_config: config,
    }));
  }

  private async requireRest(ident: string, context: RequestContext): Promise<void> {
    const node = await this.lookup.requireExpected(ident, context);
    if (!mayChangeBootMode(stateOf(node)))
      throw new BessemerError(
        'conflict',
        `The boot of node ${node.uuid} cannot be changed while it is in state "${node.provision_state}".`,
      );
  }
}
