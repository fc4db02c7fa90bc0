import { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { NestLogger } from '@bessemer/telemetry';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { parseVersion, rangeHeaders, versionHeader } from './api-version.js';
import { limitCallbacks } from './callback-limit.js';
import { ErrorFilter } from './error.filter.js';

/** Routes that take the data of an inspection. */
const callbacks = new Set(['/v1/continue', '/internal/continue']);
/** Rules are small; only inspection data is not. */
const largestOther = 1024 * 1024;

/** How requests are taken. */
export interface HttpOptions {
  logger: Logger;
  /** Largest body of a call-back in bytes. */
  maxBody: number;
  /** Call-backs a minute from one address; 0 is any number. */
  callbacksPerMinute: number;
  /** Addresses and networks of proxies whose word on the client's address is taken. */
  trustedProxies: readonly string[];
}

/** Makes the HTTP application: bodies arrive as bytes, every answer of the public API bears the range of versions. */
export async function createHttpApplication(
  module: DynamicModule,
  { logger, maxBody, callbacksPerMinute, trustedProxies }: HttpOptions,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBody,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  limitCallbacks(fastify, callbacksPerMinute);
  // Before anything else, so that ill-behaved ramdisks without a content type are heard as well.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const isCallback = callbacks.has(request.routeOptions.url ?? '');
    if (!isCallback && body.length > largestOther)
      done(new BessemerError('too-large', 'The body is larger than this endpoint takes.'));
    else done(null, body);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(rangeHeaders);
    const header = request.headers[versionHeader];
    const isVersioned = /^\/v1\/?./.test(request.url);
    try {
      if (isVersioned) parseVersion(Array.isArray(header) ? header[0] : header);
      done();
    } catch (error) {
      if (!(error instanceof BessemerError)) throw error;
      reply.status(error.status).send({ error: { message: error.message } });
    }
  });
  const application = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  application.useGlobalFilters(new ErrorFilter(logger));
  return application;
}
