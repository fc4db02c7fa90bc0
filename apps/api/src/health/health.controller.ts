import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RoutingError } from '../http/faults.js';
import { type Health, HealthService } from './health.server.js';

/** Whether `/healthcheck` is answered on the port of the API (the injection token of it). */
export const HEALTHCHECK = Symbol('HEALTHCHECK');

/** `GET /healthcheck`; like Ironic's it is not there unless it was switched on. */
@Controller('healthcheck')
export class HealthController {
  constructor(
    private readonly health: HealthService,
    @Inject(HEALTHCHECK) private readonly isOn: boolean,
  ) {}

  @Get()
  async check(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    if (!this.isOn) throw new RoutingError('not-found');
    const found = await this.health.check();
    if (found.status !== 'ok') reply.code(503);
    return found;
  }
}
