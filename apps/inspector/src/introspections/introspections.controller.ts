import { isUuid } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Controller, Get, Header, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { baseUrlOf, type Links, selfLink } from '../http/links.js';
import { filterableStates, type Introspection } from './introspection.js';
import { IntrospectionsService } from './introspections.service.js';

const largestPage = 1000;

/** An introspection as ironic-inspector shows it. */
interface IntrospectionView extends Links {
  uuid: string;
  finished: boolean;
  state: string;
  started_at: string;
  finished_at: string | null;
  error: string | null;
}

/** The ironic-inspector API's introspections (inspection reference §1). */
@Controller('v1')
export class IntrospectionsController {
  constructor(private readonly introspections: IntrospectionsService) {}

  /** The ramdisk's call-back; whatever goes wrong with the data is 400. */
  @Post('continue')
  @HttpCode(200)
  async continue(@Req() request: FastifyRequest): Promise<{ uuid: string }> {
    try {
      const { node } = await this.introspections.continue(bodyOf(request), null);
      return { uuid: node };
    } catch (error) {
      if (!(error instanceof BessemerError) || error.status >= 500) throw error;
      throw new BessemerError('invalid', error.message, { cause: error });
    }
  }

  @Get('introspection')
  async list(
    @Req() request: FastifyRequest,
    @Query() query: { limit?: string; marker?: string; state?: string },
  ): Promise<{ introspection: IntrospectionView[] }> {
    const page = { limit: limitOf(query.limit), marker: markerOf(query.marker), states: statesOf(query.state) };
    const base = baseUrlOf(request);
    return { introspection: (await this.introspections.list(page)).map((item) => shown(item, base)) };
  }

  @Get('introspection/:node')
  async status(@Req() request: FastifyRequest, @Param('node') node: string): Promise<IntrospectionView> {
    return shown(await this.introspections.status(node), baseUrlOf(request));
  }

  @Get('introspection/:node/data')
  @Header('Content-Type', 'application/json')
  data(@Param('node') node: string): Promise<string> {
    return this.introspections.data(node, 'processed');
  }
}

/** The bytes of a request's body. */
export function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function shown(introspection: Introspection, base: string): IntrospectionView {
  const { node, state, started_at, finished_at, error } = introspection;
  return {
    uuid: node,
    finished: finished_at !== null,
    state,
    started_at: naive(started_at),
    finished_at: finished_at && naive(finished_at),
    error,
    links: selfLink(`${base}/v1/introspection/${node}`),
  };
}

/** ironic-inspector writes UTC without saying so. */
function naive(date: Date): string {
  return date.toISOString().replace('Z', '');
}

function limitOf(text: string | undefined): number {
  if (text === undefined || text === '0') return largestPage;
  if (!/^\d+$/.test(text)) throw new BessemerError('invalid', `Bad request: limit "${text}" is no whole number`);
  const limit = Number(text);
  if (limit <= largestPage) return limit;
  throw new BessemerError('invalid', `Bad request: Limit over ${largestPage}`);
}

function markerOf(text: string | undefined): string | undefined {
  if (text === undefined || isUuid(text)) return text;
  throw new BessemerError('invalid', 'Bad request: Marker not UUID-like');
}

function statesOf(text: string | undefined): string[] | undefined {
  const states = text?.split(',');
  const wrong = states?.filter((state) => !filterableStates.some((known) => known === state)) ?? [];
  if (wrong.length === 0) return states;
  throw new BessemerError('invalid', `Bad request: State(s) "${wrong.join(', ')}" are not valid`);
}
