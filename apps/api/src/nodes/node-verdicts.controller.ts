import { BessemerError } from '@bessemer/errors';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { DriverQuestions } from '../drivers/driver-questions.js';
import { Context, type RequestContext } from '../http/context.js';
import { WantedSteps } from '../provision/wanted-steps.js';
import { behaves } from '../versions/behaviours.js';
import { NodeLookup } from './node-lookup.js';

const hidden = new Set(['vendor']);

/** `GET /v1/nodes/validate` */
@Controller('v1/nodes')
export class NodeVerdictsController {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly drivers: DriverQuestions,
    private readonly steps: WantedSteps,
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
    const steps = await this.steps.ofTemplates(node);
    const verdicts = await this.drivers.verdicts(node, undefined, steps);
    const isShown = (kind: string): boolean =>
      !hidden.has(kind) && (kind !== 'firmware' || behaves('firmware-verdict', context.minor));
    const shown = Object.entries(verdicts).filter(([kind]) => isShown(kind));
    return Object.fromEntries(
      shown.map(([kind, { result, reason }]) => [
        kind,
        { result: result ?? null, ...(typeof reason === 'string' ? { reason } : {}) },
      ]),
    );
  }
}
