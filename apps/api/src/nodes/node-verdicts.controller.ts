import { BessemerError } from '@bessemer/errors';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { DriverQuestions } from '../drivers/driver-questions.js';
import { Context, type RequestContext } from '../http/context.js';
import { nodeFields } from '../versions/node-fields.js';
import { NodeLookup } from './node-lookup.js';

const hidden = new Set(['vendor']);
/** Interfaces that a validation has always named, whatever the version of their field on a node. */
const namedSince: Readonly<Record<string, number>> = { firmware: nodeFields['firmware_interface']?.since ?? 1 };

/** `GET /v1/nodes/validate` */
@Controller('v1/nodes')
export class NodeVerdictsController {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly drivers: DriverQuestions,
  ) {}

  @Get('validate')
  async validateNamed(@Query() query: unknown, @Context() context: RequestContext): Promise<object> {
    const { node, node_uuid: uuid } = (query ?? {}) as Record<string, unknown>;
    const ident = node ?? uuid;
    if (typeof ident !== 'string') throw new BessemerError('invalid', 'Missing mandatory parameter: node');
    return this.verdicts(ident, context);
  }

  @Get(':node/validate')
  validate(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    return this.verdicts(ident, context);
  }

  private async verdicts(ident: string, context: RequestContext): Promise<object> {
    const node = await this.lookup.require(ident, context);
    const verdicts = await this.drivers.verdicts(node);
    const shown = Object.entries(verdicts).filter(
      ([kind]) => !hidden.has(kind) && context.minor >= (namedSince[kind] ?? 1),
    );
    return Object.fromEntries(
      shown.map(([kind, { result, reason }]) => [
        kind,
        { result: result ?? null, ...(typeof reason === 'string' ? { reason } : {}) },
      ]),
    );
  }
}
