import { BessemerError } from '@bessemer/errors';
import { Controller, Get } from '@nestjs/common';
import { HealthService } from './health.service.js';

/** For load balancers. */
@Controller('healthcheck')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  async check(): Promise<{ status: string }> {
    const { healthy, reason } = await this.health.check();
    if (healthy) return { status: 'ok' };
    throw new BessemerError('unavailable', reason ?? 'The inspector is not healthy.');
  }
}
