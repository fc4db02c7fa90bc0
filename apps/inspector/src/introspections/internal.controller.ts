import { isJsonObject, isUuid, type JsonObject, parseNodeUuid } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Controller, Get, Header, HttpCode, Param, Post, Put, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BearerGuard } from '../http/bearer.guard.js';
import { parseJson } from './body.js';
import { bodyOf } from './introspections.controller.js';
import { IntrospectionsService } from './introspections.service.js';
import type { Processed } from './processor.js';

/** What the other services ask over HTTP, since it is too large for the bus. */
@Controller('internal')
@UseGuards(BearerGuard)
export class InternalController {
  constructor(private readonly introspections: IntrospectionsService) {}

  /** A ramdisk's data, passed on by the api. */
  @Post('continue')
  @HttpCode(200)
  continue(
    @Req() request: FastifyRequest,
    @Query('node_uuid') nodeUuid?: string,
  ): Promise<{ node: string; introspection: string }> {
    const uuid = nodeUuid === undefined || nodeUuid === '' ? null : parseNodeUuid(nodeUuid, 'node_uuid');
    return this.introspections.continue(bodyOf(request), uuid);
  }

  /** The inventory and plugin data of a node, byte for byte as its reference was made. */
  @Get('inventory/:node')
  @Header('Content-Type', 'application/json')
  inventory(@Param('node') node: string, @Query('introspection') introspection?: string): Promise<string> {
    if (introspection !== undefined && !isUuid(introspection))
      throw new BessemerError('invalid', 'An introspection is named by its UUID.', { field: 'introspection' });
    return this.introspections.inventory(parseNodeUuid(node, 'node'), introspection);
  }

  /** What a task has learned of a machine without a ramdisk, from the conductor. Hooks and rules are not asked. */
  @Put('inventory/:node')
  @HttpCode(204)
  async store(
    @Req() request: FastifyRequest,
    @Param('node') node: string,
    @Query('task') task?: string,
  ): Promise<void> {
    if (task === undefined || !isUuid(task))
      throw new BessemerError('invalid', 'The task that has found the inventory is named by its UUID.', {
        field: 'task',
      });
    await this.introspections.store(parseNodeUuid(node, 'node'), task, bodyOf(request));
  }

  /** What hooks and rules would make of a node's stored data: the stored rules, or those in the body's `rules`. */
  @Post('dry-run/:node')
  @HttpCode(200)
  dryRun(@Req() request: FastifyRequest, @Param('node') node: string): Promise<Omit<Processed, 'calls'>> {
    const body = bodyOf(request);
    const given = body.length === 0 ? {} : parseJson(body);
    return this.introspections.dryRun(node, rulesOf(given));
  }
}

function rulesOf(given: unknown): JsonObject[] | undefined {
  if (!isJsonObject(given)) throw new BessemerError('invalid', 'Expected an object with a list of rules.');
  const { rules } = given;
  if (rules === undefined) return undefined;
  if (Array.isArray(rules) && rules.every(isJsonObject)) return rules;
  throw new BessemerError('invalid', 'Expected a list of rules.', { field: 'rules' });
}
