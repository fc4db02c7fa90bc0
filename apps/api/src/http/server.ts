import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { BessemerError } from '@bessemer/errors';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify';
import type { Authenticator } from '../auth/authenticator.js';
import { anonymous } from '../auth/caller.js';
import { type Authorizer, publicPolicy, requirePermission } from '../auth/policy.js';
import { isPublicPath } from '../auth/public-paths.js';
import { entityTagOfText, readExpectedTags } from '../records/revision.js';
import { behaves } from '../versions/behaviours.js';
import { routeOf } from '../versions/route.js';
import { negotiateVersion, newestMinor, oldestMinor, versionText } from '../versions/version.js';
import { bodyLimitOf, defaultBodyLimit, largestBodyLimit, parseBody, tooLarge } from './body.js';
import { BodyBudget } from './body-budget.js';
import type { RequestContext } from './context.js';
import { corsOptions, requireKnownOrigin } from './cors.js';
import { faultBody, RoutingError } from './faults.js';
import { KnownRoutes } from './known-routes.js';
import { type PublicLimitOptions, PublicLimits } from './public-limits.js';
import { requireAcceptable, requireRoute } from './route-gate.js';

const suffixed = new WeakSet<IncomingMessage>();
const unversioned = new Set(['/', '/healthcheck']);
// Its ending is part of its name at every version.
const openApiPaths = new Set(['/openapi.json', '/v1/openapi.json']);

/** The header of the oldest version. */
export const minimumHeader = 'X-OpenStack-Ironic-API-Minimum-Version';
/** The header of the newest version. */
export const maximumHeader = 'X-OpenStack-Ironic-API-Maximum-Version';
/** The header of the version that a response was made for. */
export const effectiveHeader = 'X-OpenStack-Ironic-API-Version';

function minorOf(headers: IncomingMessage['headers']): number {
  try {
    return negotiateVersion(headers);
  } catch {
    // A wrong version is refused where the request is known; here it only decides whether a suffix is cut.
    return oldestMinor;
  }
}

const isLiteral = (path: string, request: IncomingMessage): boolean =>
  openApiPaths.has(path) || behaves('literal-suffix', minorOf(request.headers));

/** Whole URLs, paths without `/v1`, with a slash at the end, and with `.json` below 1.91 all lead to the one route. */
function rewriteUrl(request: IncomingMessage): string {
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/?#]*/i, '');
  const [rawPath = '/', ...rest] = url.split('?');
  let path = rawPath.replaceAll(/\/{2,}/g, '/');
  if (path.length > 1) path = path.replace(/\/+$/, '');
  if (path === '') path = '/';
  if (path.endsWith('.json') && !isLiteral(path, request)) {
    suffixed.add(request);
    path = path.slice(0, -'.json'.length);
  }
  if (!unversioned.has(path) && path !== '/v1' && !path.startsWith('/v1/')) path = `/v1${path}`;
  return rest.length === 0 ? path : `${path}?${rest.join('?')}`;
}

/** What the server needs to know. */
export interface ServerOptions {
  /** The base of links; without it the host that the client named. */
  readonly publicUrl?: string;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Origins whose pages may read answers and change records (CORS); `*` is every one, none is no CORS at all. */
  readonly corsOrigins: readonly string[];
  /** Addresses and networks of proxies whose word on the client's address is taken. */
  readonly trustedProxies: readonly string[];
  readonly limits: PublicLimitOptions;
  /** Bytes of bodies above 1 MiB that are under way at once. */
  readonly largeBodies: number;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? '/';

function open(request: FastifyRequest, reply: FastifyReply, options: ServerOptions): Writable<RequestContext> {
  const requestId = `req-${randomUUID()}`;
  const headers = request.headers;
  const { user, project, isSystemScoped } = anonymous;
  const context: Writable<RequestContext> = {
    minor: oldestMinor,
    base: options.publicUrl ?? `http://${headers.host ?? 'localhost'}`,
    requestId,
    user,
    project,
    isSystemScoped,
    hadSuffix: suffixed.has(request.raw),
    expectedTags: readExpectedTags(headers['if-match']),
  };
  request.context = context;
  reply.header('openstack-request-id', requestId);
  reply.header('content-type', 'application/json; charset=utf-8');
  // Every body is JSON, whatever its sender says of it; the server itself refuses what is no media type.
  if (headers['content-type'] !== undefined) headers['content-type'] = 'application/json';
  return context;
}

/** Who calls, which version of what, and whether that is permitted; in Ironic's order. */
async function prepare(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServerOptions,
  limits: PublicLimits,
): Promise<void> {
  const context = open(request, reply, options);
  requireKnownOrigin(request, options.corsOrigins, options.publicUrl);
  const path = pathOf(request);
  const pattern = request.routeOptions.url ?? '';
  const policy = request.is404 ? undefined : routeOf(request.method, pattern)?.policy;
  const isPublic = policy === publicPolicy || (policy === undefined && isPublicPath(path));
  if (isPublic) await limits.require(request, pattern);
  const caller = isPublic ? anonymous : await options.authenticator.authenticate(request.headers);
  context.user = caller.user;
  context.project = caller.project;
  context.isSystemScoped = caller.isSystemScoped;
  if (request.is404 || unversioned.has(path)) return;
  requireAcceptable(request.headers.accept, pattern);
  negotiate(request, reply, context);
  requireRoute(pattern, request.method, context.minor);
  if (!isPublic) requirePermission(options.authorizer, policy, caller);
  if (request.url.includes('%00')) throw new BessemerError('invalid', 'The URL holds a NUL character.');
}

function negotiate(request: FastifyRequest, reply: FastifyReply, context: Writable<RequestContext>): void {
  context.minor = negotiateVersion(request.headers);
  reply.header(minimumHeader, versionText(oldestMinor));
  reply.header(maximumHeader, versionText(newestMinor));
  reply.header(effectiveHeader, versionText(context.minor));
  if (behaves('request-id-twice', context.minor)) reply.header('x-openstack-request-id', context.requestId);
}

/**
 * A body whose length nobody has told.
 *
 * @param onLarge called once when it is larger than bodies usually are; what it throws ends the request
 */
function limited(payload: NodeJS.ReadableStream, limit: number, onLarge: () => void): Transform {
  let received = 0;
  let isLarge = false;
  const count = (length: number): void => {
    received += length;
    if (received > limit) throw tooLarge(limit);
    if (isLarge || received <= defaultBodyLimit) return;
    isLarge = true;
    onLarge();
  };
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        count(chunk.length);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      done(null, chunk);
    },
  });
  payload.on('error', (error) => counter.destroy(error));
  payload.pipe(counter);
  return counter;
}

function readBodies(server: FastifyInstance, budget: BodyBudget): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseBody(String(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  const publicBudget = budget.half();
  server.addHook('preParsing', async (request, reply, payload) => {
    const limit = bodyLimitOf(pathOf(request));
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > limit) throw tooLarge(limit);
    const take = (bytes: number): void => {
      // Who has gone while it was looked who it is closes no second time.
      if (reply.raw.destroyed) return;
      const isPublic = routeOf(request.method, request.routeOptions.url ?? '')?.policy === publicPolicy;
      reply.raw.once('close', (isPublic ? publicBudget : budget).take(bytes));
    };
    if (length > defaultBodyLimit) take(length);
    return request.headers['transfer-encoding'] === undefined ? payload : limited(payload, limit, () => take(limit));
  });
}

/** Every answer that shows one record has an `ETag`. */
function entityTagFor(request: FastifyRequest, payload: unknown): string | undefined {
  const shown = request.context?.shownTag;
  if (shown !== undefined) return shown;
  const answer = request.is404 ? undefined : routeOf(request.method, request.routeOptions.url ?? '')?.answer;
  const isRecord = answer !== undefined && 'record' in answer && typeof payload === 'string';
  return isRecord ? entityTagOfText(payload) : undefined;
}

/** A request that is not there as a whole by then is ended: it may hold a part of the budget of bodies. */
const slowestRequestMs = 300_000;

// Node itself takes no longer head of a request.
const longestTarget = 16 * 1024;

/** Answers what cannot be routed at all: a percent sign that is none of an escape, or bytes that are no UTF-8. */
function refuseUrl(_error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  const refusal = new RoutingError('invalid', 'The path is malformed: its percent-encoding cannot be read.');
  void reply
    .code(refusal.status)
    .header('content-type', 'application/json')
    .send(JSON.stringify(faultBody(refusal)));
}

/** Fastify as Ironic's clients expect a server to behave: paths, versions, limits, and the form of refusals. */
export class ApiServer {
  readonly adapter: FastifyAdapter;
  readonly routes: KnownRoutes;

  constructor(options: ServerOptions) {
    this.adapter = new FastifyAdapter<RawServerDefault>({
      rewriteUrl,
      exposeHeadRoutes: false,
      bodyLimit: largestBodyLimit + 1,
      requestTimeout: slowestRequestMs,
      trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
      forceCloseConnections: true,
      frameworkErrors: refuseUrl,
      routerOptions: { maxParamLength: longestTarget, ignoreTrailingSlash: true },
    });
    const server = this.adapter.getInstance<FastifyInstance>();
    this.routes = new KnownRoutes(server);
    server.decorateRequest('context');
    if (options.corsOrigins.length > 0) this.adapter.enableCors(corsOptions(options.corsOrigins));
    readBodies(server, new BodyBudget(options.largeBodies));
    const limits = new PublicLimits(server, options.limits);
    server.addHook('onRequest', async (request, reply) => {
      if (request.method === 'OPTIONS') {
        return reply.code(200).send();
      }
      return prepare(request, reply, options, limits);
    });
    server.addHook('onSend', async (request, reply, payload) => {
      const entityTag = reply.statusCode < 300 ? entityTagFor(request, payload) : undefined;
      if (entityTag !== undefined) reply.header('etag', entityTag);
      if (payload === undefined || payload === null || payload === '') reply.removeHeader('content-type');
      return payload;
    });
  }
}
