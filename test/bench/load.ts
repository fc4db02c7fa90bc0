import autocannon from 'autocannon';
import type { BenchRequest } from './measurements.js';

/** The version that is asked for: the newest of the Ironic that Bessemer is compared with. */
export const apiVersion = '1.82';

/** How an api is loaded. */
export interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** The status of every answer. */
  readonly status: number;
  next(): BenchRequest;
}

/** What came of a load. */
export interface LoadResult {
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Milliseconds of each answer, ascending. */
  readonly latencies: readonly number[];
  /** How often each status came that was not asked for. */
  readonly otherStatuses: ReadonlyMap<number, number>;
  /** Requests without an answer, save the last one of each connection, which the end of the load cuts off. */
  readonly unanswered: number;
}

/** How often, in ms, the generator looks whether its time is over. */
const lookMs = 50;

/**
 * Sends requests over some connections for some time: each sends the next one as soon as it has its answer.
 *
 * @param url of the api
 */
export async function drive(url: string, load: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  const otherStatuses = new Map<number, number>();
  let made = 0;
  const next = (): BenchRequest => {
    made += 1;
    return load.next();
  };
  const startedAt = performance.now();
  let lastAt = startedAt;
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(optionsOf(url, { ...load, next }), (error: Error | null) =>
      error === null ? resolve() : reject(error),
    );
    instance.on('response', (_client, status, _bytes, milliseconds) => {
      lastAt = performance.now();
      latencies.push(milliseconds);
      if (status !== load.status) otherStatuses.set(status, (otherStatuses.get(status) ?? 0) + 1);
    });
  });
  latencies.sort((a, b) => a - b);
  // The generator itself does not tell of connections that the server closed; it opens new ones.
  const unanswered = Math.max(0, made - latencies.length - load.connections);
  return { seconds: (lastAt - startedAt) / 1000, latencies, otherStatuses, unanswered };
}

function optionsOf(url: string, { connections, seconds, next }: Load): autocannon.Options {
  return {
    url,
    connections,
    duration: seconds,
    sampleInt: lookMs,
    headers: { 'x-openstack-ironic-api-version': apiVersion, 'content-type': 'application/json' },
    requests: [
      {
        setupRequest: (request) => {
          const { method, path, body } = next();
          return { ...request, method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
        },
      },
    ],
  };
}

/**
 * The value below which a share of the values lies.
 *
 * @param ascending sorted
 * @param share from 0 to 1
 * @returns NaN for no values
 */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? Number.NaN;
}
