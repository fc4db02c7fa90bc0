import { BessemerError } from '@bessemer/errors';
import { tokenDigest, tokenMatches } from '@bessemer/secrets';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigDrivesRepository } from './config-drives.repository.js';

/** The bearer token of HTTP between the services (the injection token of it). */
export const INTERNAL_TOKEN = Symbol('INTERNAL_TOKEN');

/** Hands config drives to the other services, which bear the internal token. */
@Injectable()
export class ConfigDrivesService {
  constructor(
    private readonly configDrives: ConfigDrivesRepository,
    @Inject(INTERNAL_TOKEN) private readonly token: string,
  ) {}

  /**
   * The bytes of a config drive.
   *
   * @param authorization the header of the request
   * @throws `unauthorized` without the token, `not-found`
   */
  read(uuid: string, authorization: string | undefined): Promise<Buffer> {
    const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
    if (this.token === '' || !tokenMatches(given, tokenDigest(this.token)))
      throw new BessemerError('unauthorized', 'The internal endpoints need the bearer token of the services.');
    return this.configDrives.read(uuid);
  }
}
