import type { FastifyRequest } from 'fastify';

/** Links of a resource. */
export interface Links {
  links: { href: string; rel: 'self' }[];
}

/** The one link of a resource: to itself. */
export function selfLink(href: string): Links['links'] {
  return [{ href, rel: 'self' }];
}

/** The URL under which the client reached the service. */
export function baseUrlOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
