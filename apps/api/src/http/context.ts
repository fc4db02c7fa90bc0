import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newestMinor } from '../versions/version.js';

/** What every handler needs to know of its request besides its parameters. */
export interface RequestContext {
  /** The minor number of the API version. */
  readonly minor: number;
  /** The base of links, without a trailing slash. */
  readonly base: string;
  /** `req-…`. */
  readonly requestId: string;
  readonly user: string | null;
  readonly project: string | null;
  /** Whether the caller has the scope of the whole system. */
  readonly isSystemScoped: boolean;
  /** Whether `.json` was cut from the path, which may have belonged to a name. */
  readonly hadSuffix: boolean;
  /** The entity tags of which the record must have one (`If-Match`); null when any will do. */
  readonly expectedTags: readonly string[] | null;
  /** The `ETag` of the one record that the answer shows. */
  shownTag?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext;
  }
}

/** The {@link RequestContext} of the request. */
export const Context = createParamDecorator(
  (_: unknown, execution: ExecutionContext): RequestContext =>
    execution.switchToHttp().getRequest<FastifyRequest>().context,
);

/** The context for what is Bessemer's own and has no version of Ironic's: names are identifiers whatever the header says. */
export const atNewest = (context: RequestContext): RequestContext => ({ ...context, minor: newestMinor });
