import { BessemerError } from '@bessemer/errors';
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
import { atNewest, Context, type RequestContext } from '../http/context.js';
import { requireLateRoute } from '../http/route-gate.js';
import { LOGGER } from '../http/tokens.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { parseUuid } from '../records/values.js';
import { parsePosition, parseSince } from './event-position.js';
import { EventStream } from './event-stream.js';
import { requireNetworkEvents } from './network-events.js';

const keepAliveMs = 15_000;

/** `/v1/events`: Ironic's network events, and Bessemer's own stream of everything that happens. */
@Controller('v1/events')
export class EventsController implements OnApplicationShutdown {
  private readonly open = new Set<AbortController>();

  constructor(
    private readonly events: EventStream,
    private readonly lookup: NodeLookup,
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
    const { node, workflow, since, ...rest } = (query ?? {}) as Record<string, unknown>;
    const unknown = Object.keys(rest);
    if (unknown.length > 0) throw new BessemerError('invalid', `Unexpected arguments: ${unknown.join(', ')}`);
    const uuid =
      typeof node === 'string' && node !== '' ? (await this.lookup.require(node, atNewest(context))).uuid : undefined;
    const after = parsePosition(request.headers['last-event-id']);
    const start = {
      ...(uuid === undefined ? {} : { node: uuid }),
      ...(workflow === undefined ? {} : { workflow: parseUuid(workflow, 'workflow') }),
      ...(after === undefined ? parseSince(since) : { after }),
    };
    await this.send(start, request, reply);
  }

  private async send(
    start: Parameters<EventStream['follow']>[0],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const controller = new AbortController();
    this.open.add(controller);
    request.raw.once('close', () => controller.abort());
    const { raw } = reply.hijack();
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    raw.write(': connected\n\n');
    const keepAlive = setInterval(() => raw.write(': alive\n\n'), keepAliveMs);
    try {
      for await (const event of this.events.follow(start, controller.signal)) {
        const isRoomLeft = raw.write(`id: ${event.position}\nevent: ${event.type}\ndata: ${event.text}\n\n`);
        if (!isRoomLeft) await new Promise((resolve) => raw.once('drain', resolve).once('close', resolve));
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'a stream of events was interrupted');
    } finally {
      clearInterval(keepAlive);
      this.open.delete(controller);
      raw.end();
    }
  }
}
