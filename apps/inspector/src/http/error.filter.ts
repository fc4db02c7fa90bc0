import { isDatabaseUnavailable } from '@bessemer/database';
import { BessemerError, isBessemerError, toBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

const methodsByPath: readonly [RegExp, string][] = [
  [/^\/v1\/continue\/?$/, 'POST'],
  [/^\/v1\/introspection(\/[^/]+(\/data)?)?\/?$/, 'GET'],
  [/^\/v1\/rules\/?$/, 'GET, POST, DELETE'],
  [/^\/v1\/rules\/[^/]+\/?$/, 'GET, DELETE'],
];

/**
 * Maps errors to answers: ironic-inspector's `{error: {message}}`, and for the internal endpoints also the code. What
 * is not one of ours is logged, and told without its text.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const path = request.url.split('?')[0] ?? '';
    const error = this.errorOf(exception, request.method, path);
    if (error.code === 'method-not-allowed') reply.header('Allow', allowedAt(path) ?? '');
    if (error.retryAfter !== undefined) reply.header('Retry-After', error.retryAfter);
    const code = path.startsWith('/internal/') ? { code: error.code } : {};
    reply
      .status(error.status)
      .type('application/json')
      .send({ error: { ...code, message: error.message } });
  }

  private errorOf(exception: unknown, method: string, path: string): BessemerError {
    if (isBessemerError(exception) && exception.code !== 'internal') return exception;
    const status = exception instanceof HttpException ? exception.getStatus() : statusOf(exception);
    if (status === 404) return notFound(method, path);
    if (status === 413) return new BessemerError('too-large', 'The body is larger than this endpoint takes.');
    if (status >= 400 && status < 500) return new BessemerError('invalid', toBessemerError(exception).message);
    if (isDatabaseUnavailable(exception))
      return new BessemerError('unavailable', 'The database does not answer; try again later.', { cause: exception });
    this.logger.error({ err: exception, path }, 'request failed');
    return new BessemerError('internal', 'Internal server error');
  }
}

function notFound(method: string, path: string): BessemerError {
  const allowed = allowedAt(path);
  if (allowed !== undefined)
    return new BessemerError('method-not-allowed', `The method ${method} is not allowed for the requested URL.`);
  const version = /^\/(v\d+)\/?$/.exec(path)?.[1];
  if (version !== undefined) return new BessemerError('not-found', `Version ${version} not found.`);
  return new BessemerError('not-found', 'The requested URL was not found on the server.');
}

function allowedAt(path: string): string | undefined {
  return methodsByPath.find(([pattern]) => pattern.test(path))?.[1];
}

function statusOf(exception: unknown): number {
  return exception instanceof Error && 'statusCode' in exception ? Number(exception.statusCode) : 500;
}
