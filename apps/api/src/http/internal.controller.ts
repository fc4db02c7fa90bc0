import { BessemerError } from '@bessemer/errors';
import { tokenDigest, tokenMatches } from '@bessemer/secrets';
import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ConfigDrivesRepository } from '../provision/config-drives.repository.js';

/** The bearer token of HTTP between the services (the injection token of it). */
export const INTERNAL_TOKEN = Symbol('INTERNAL_TOKEN');

/** What the other services fetch because it is too large for the bus. */
@Controller('v1/internal')
export class InternalController {
  constructor(
    private readonly configDrives: ConfigDrivesRepository,
    @Inject(INTERNAL_TOKEN) private readonly token: string,
  ) {}

  @Get('config-drives/:uuid')
  async configDrive(
    @Param('uuid') uuid: string,
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
    if (this.token === '' || !tokenMatches(given, tokenDigest(this.token)))
      throw new BessemerError('unauthorized', 'The internal endpoints need the bearer token of the services.');
    reply.header('content-type', 'application/octet-stream');
    return this.configDrives.read(uuid);
  }
}
