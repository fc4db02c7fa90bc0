import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ConfigDrivesService } from './config-drives.service.js';

/** What the other services fetch because it is too large for the bus. */
@Controller('v1/internal/config-drives')
export class ConfigDrivesController {
  constructor(private readonly configDrives: ConfigDrivesService) {}

  @Get(':uuid')
  async read(
    @Param('uuid') uuid: string,
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const body = await this.configDrives.read(uuid, authorization);
    reply.header('content-type', 'application/octet-stream');
    return body;
  }
}
