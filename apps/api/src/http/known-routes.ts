import type { FastifyInstance } from 'fastify';
import { RoutingError } from './faults.js';

/** The routes of the server, so that a path that is there with other methods is told apart from one that is not. */
export class KnownRoutes {
  private readonly patterns = new Map<string, { expression: RegExp; methods: Set<string> }>();

  /** @param server whose routes are collected as they are registered */
  constructor(server: FastifyInstance) {
    server.addHook('onRoute', (route) => {
      for (const method of [route.method].flat()) this.add(route.url, method);
    });
  }

  private add(url: string, method: string): void {
    if (url.includes('*')) return;
    let known = this.patterns.get(url);
    if (known === undefined) {
      const text = url.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z_]+/g, '[^/]+');
      known = { expression: new RegExp(`^${text}/?$`), methods: new Set() };
      this.patterns.set(url, known);
    }
    known.methods.add(method);
  }

  /** The patterns of all routes with their methods. */
  list(): { pattern: string; methods: string[] }[] {
    return [...this.patterns].map(([pattern, known]) => ({ pattern, methods: [...known.methods].sort() }));
  }

  /** The refusal of a request that met no route: 405 with `Allow` where the path has other methods, else 404. */
  refusal(path: string): RoutingError {
    const methods = new Set<string>();
    for (const { expression, methods: known } of this.patterns.values())
      if (expression.test(path)) for (const method of known) methods.add(method);
    if (methods.size === 0) return new RoutingError('not-found');
    return new RoutingError('method-not-allowed', '', { allow: [...methods].sort().join(', ') });
  }
}
