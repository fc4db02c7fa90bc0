import { BessemerError } from '@bessemer/errors';
import { tokenDigest, tokenMatches } from '@bessemer/secrets';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The token under which the internal bearer is injected. */
export const internalToken = Symbol('internalToken');

/** Lets in the other services alone: they bear the internal token. Without one configured nobody is let in. */
@Injectable()
export class BearerGuard implements CanActivate {
  private readonly digest: string | null;

  constructor(@Inject(internalToken) token: string) {
    this.digest = token === '' ? null : tokenDigest(token);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1];
    if (this.digest !== null && token !== undefined && tokenMatches(token, this.digest)) return true;
    throw new BessemerError('unauthorized', 'The internal endpoints need the bearer token of the services.');
  }
}
