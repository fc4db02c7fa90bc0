import { isDatabaseUnavailable } from '@bessemer/database';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CredentialsError } from '../auth/authenticator.js';
import { newestMinor, oldestMinor, VersionError, versionText } from '../versions/version.js';
import { faultBody, RoutingError } from './faults.js';
import type { KnownRoutes } from './known-routes.js';
import { effectiveHeader, maximumHeader, minimumHeader } from './server.js';

/** The one place where an error becomes an HTTP answer, in Ironic's form. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly routes: KnownRoutes,
    private readonly logger: Logger,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = this.errorOf(thrown, request);
    if (error.status >= 500) this.log(thrown, error, request);
    if (reply.sent) return;
    const shown =
      error.code === 'internal' ? new BessemerError('internal', 'The request failed for an internal reason.') : error;
    this.setHeaders(shown, request, reply);
    void reply
      .code(shown.status)
      .header('content-type', 'application/json')
      .send(request.method === 'HEAD' ? ' ' : JSON.stringify(faultBody(this.form(shown, request))));
  }

  private errorOf(thrown: unknown, request: FastifyRequest): BessemerError {
    if (isBessemerError(thrown)) return thrown;
    if (thrown instanceof HttpException) {
      if (thrown.getStatus() === 404) return this.routes.refusal(request.url.split('?')[0] ?? '/');
      if (thrown.getStatus() === 413) return new BessemerError('too-large', 'The body is too large.');
      if (thrown.getStatus() < 500) return new BessemerError('invalid', thrown.message, { cause: thrown });
    }
    if (isDatabaseUnavailable(thrown))
      return new BessemerError('unavailable', 'The database does not answer.', {
        remedy: 'Try again in a moment; look at the record first, since the change may have been made.',
        cause: thrown,
      });
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new BessemerError('internal', message, { cause: thrown });
  }

  /** A version that is not served is refused before routing, but for the version document itself. */
  private form(error: BessemerError, request: FastifyRequest): BessemerError {
    if (!(error instanceof VersionError) || request.url.split('?')[0] === '/v1') return error;
    return new RoutingError(error.code, error.message);
  }

  private setHeaders(error: BessemerError, request: FastifyRequest, reply: FastifyReply): void {
    if (error instanceof RoutingError || error instanceof VersionError) {
      for (const name of [minimumHeader, maximumHeader, effectiveHeader]) reply.removeHeader(name);
      if (request.url.split('?')[0] !== '/v1') reply.removeHeader('openstack-request-id');
    }
    if (error instanceof VersionError && error.isOutOfRange)
      reply.header(minimumHeader, versionText(oldestMinor)).header(maximumHeader, versionText(newestMinor));
    if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
    if (error instanceof CredentialsError) reply.header('www-authenticate', error.challenge);
    if (error instanceof RoutingError && error.allow !== undefined) reply.header('allow', error.allow);
  }

  private log(thrown: unknown, error: BessemerError, request: FastifyRequest): void {
    const cause = thrown instanceof Error ? thrown : error;
    this.logger[error.code === 'internal' ? 'error' : 'warn'](
      { requestId: request.context?.requestId, code: error.code, method: request.method, err: cause },
      'request failed',
    );
  }
}
