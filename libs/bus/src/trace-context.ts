import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string | undefined>();

/**
 * Runs `work` with a W3C trace context: outbox rows and questions made within carry it on.
 *
 * @param traceparent the header's value, for example `00-4bf9…-00f0…-01`; undefined: none
 */
export function withTraceparent<T>(traceparent: string | undefined, work: () => T): T {
  return storage.run(traceparent, work);
}

/** The trace context in which the caller runs, if any. */
export function currentTraceparent(): string | undefined {
  return storage.getStore();
}
