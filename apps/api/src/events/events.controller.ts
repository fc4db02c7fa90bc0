import { isUuid } from '@bessemer/contracts';
import type { Logger } from '@bessemer/telemetry';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  type OnApplicationShutdown,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { requireLateRoute } from '../http/route-gate.js';
import { LOGGER } from '../http/tokens.js';
import { NodeSearchService } from '../nodes/node-search.service.js';
import { eventStreamParameters, type ParameterValues, readParameters } from '../versions/parameters.js';
import { type EventFilter, requireFilter } from './event-filter.js';
import { parsePosition, parseSince } from './event-position.js';
import { EventStream, type StreamedEvent, type StreamStart } from './event-stream.js';
import { EventWriter } from './event-writer.js';
import { requireNetworkEvents } from './network-events.js';

/** How often a reader of events is told that the connection lives, milliseconds (the injection token of it). */
export const EVENT_KEEP_ALIVE_MS = Symbol('EVENT_KEEP_ALIVE_MS');

/** `/v1/events`: Ironic's network events, and Bessemer's own stream of everything that happens. */
@Controller('v1/events')
export class EventsController implements OnApplicationShutdown {
  private readonly open = new Set<AbortController>();

  constructor(
    private readonly events: EventStream,
    private readonly search: NodeSearchService,
    @Inject(EVENT_KEEP_ALIVE_MS) private readonly keepAliveMs: number,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationShutdown(): void {
    for (const controller of this.open) controller.abort();
  }

  /** Events of the network service are checked and acknowledged; nothing depends on them. */
  @Post()
  @HttpCode(204)
  accept(@Body() body: unknown, @Context() context: RequestContext): void {
    requireNetworkEvents(body);
    requireLateRoute('/v1/events', 'POST', context.minor);
  }

  /** Server-sent events; a reader that comes back says with `Last-Event-ID` where it was. */
  @Get('stream')
  async stream(
    @Query() query: unknown,
    @Context() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = parsePosition(request.headers['last-event-id']);
    const given = readParameters(eventStreamParameters, query, context.minor);
    const filter = await this.filterOf(given);
    const since = parseSince(textOf(given['since']));
    await this.send(filter, after === undefined ? since : { after }, reply);
  }

  private async filterOf(given: ParameterValues): Promise<EventFilter> {
    const { node, workflow, resource, type } = given;
    const filter = {
      ...optional('node', await this.nodeOf(textOf(node))),
      ...optional('workflow', textOf(workflow)),
      ...optional('resource', textOf(resource)),
      ...optional('type', textOf(type)),
    };
    requireFilter(filter);
    return filter;
  }

  /** A UUID is taken as it is: what happened to a node that is gone may be read again. */
  private async nodeOf(identifier: string | undefined): Promise<string | undefined> {
    if (identifier === undefined) return undefined;
    return isUuid(identifier) ? identifier.toLowerCase() : (await this.search.require(identifier)).uuid;
  }

  private async send(filter: EventFilter, start: StreamStart, reply: FastifyReply): Promise<void> {
    const controller = new AbortController();
    this.open.add(controller);
    reply.raw.once('close', () => controller.abort());
    try {
      const events = await this.events.open(filter, start, controller.signal);
      await this.write(events, reply, controller.signal);
    } finally {
      this.open.delete(controller);
    }
  }

  private async write(events: AsyncIterable<StreamedEvent>, reply: FastifyReply, signal: AbortSignal): Promise<void> {
    const { raw } = reply.hijack();
    try {
      await new EventWriter(raw, signal).write(events, this.keepAliveMs);
    } catch (error) {
      this.logger.warn({ err: error }, 'a stream of events was interrupted');
    }
  }
}

const textOf = (value: ParameterValues[string]): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const optional = (name: keyof EventFilter, value: string | undefined): EventFilter =>
  value === undefined ? {} : { [name]: value };
