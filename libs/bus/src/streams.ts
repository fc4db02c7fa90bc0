import { streams } from '@bessemer/contracts';
import {
  type ConsumerInfo,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

/** The name of one of the two streams. */
export type StreamName = 'WORK' | 'EVENTS';

/** Both streams. */
export const streamNames: readonly StreamName[] = ['WORK', 'EVENTS'];

/** What an installation may set about the streams. */
export interface StreamSettings {
  /** Copies of each stream: 1 on one machine, 3 on a cluster. Default: 1. */
  replicas?: number;
  /** How long an event can be replayed, milliseconds. Default: 7 days. */
  eventsMaxAgeMs?: number;
  /** How much EVENTS may hold, bytes; the oldest go first. Default: 1 GiB. */
  eventsMaxBytes?: number;
}

/** Within this time the server swallows a repeated `Nats-Msg-Id`. */
const duplicateWindowMs = 120_000;
const dayMs = 86_400_000;

/**
 * nats-server writes to its disk without waiting for it and syncs every two minutes: after a power failure of its host, what it
 * acknowledged within this time may be gone.
 */
export const unsyncedMs = 180_000;

type StreamDefinition = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects' | 'num_replicas'>;

/** The configuration of a stream; only what nats-server 2.9 knows. */
export function streamConfiguration(name: StreamName, settings: StreamSettings = {}): StreamDefinition {
  const common = {
    name,
    storage: StorageType.File,
    num_replicas: settings.replicas ?? 1,
    duplicate_window: nanos(duplicateWindowMs),
    discard: DiscardPolicy.Old,
  };
  if (name === 'WORK') {
    return { ...common, subjects: [...streams.work.subjects], retention: RetentionPolicy.Workqueue };
  }
  return {
    ...common,
    subjects: [...streams.events.subjects],
    retention: RetentionPolicy.Limits,
    max_age: nanos(settings.eventsMaxAgeMs ?? 7 * dayMs),
    max_bytes: settings.eventsMaxBytes ?? 1024 ** 3,
  };
}

/**
 * The stream as it stands, made if it is missing and brought to the settings if they were changed. Any number of processes may do
 * so at once.
 */
export async function ensureStream(
  manager: JetStreamManager,
  name: StreamName,
  settings: StreamSettings = {},
): Promise<StreamInfo> {
  const wanted = streamConfiguration(name, settings);
  const present = await streamInfo(manager, name);
  if (!present) return await createStream(manager, wanted);
  const { config } = present;
  const differs =
    config.num_replicas !== wanted.num_replicas ||
    (wanted.max_age !== undefined && config.max_age !== wanted.max_age) ||
    (wanted.max_bytes !== undefined && config.max_bytes !== wanted.max_bytes);
  return differs ? await manager.streams.update(name, wanted) : present;
}

/** The stream as it stands, undefined when there is none. */
export async function streamInfo(manager: JetStreamManager, name: StreamName): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (isApiError(error, JetStreamApiCodes.StreamNotFound)) return undefined;
    throw error;
  }
}

async function createStream(manager: JetStreamManager, wanted: StreamDefinition): Promise<StreamInfo> {
  try {
    return await manager.streams.add(wanted);
  } catch (error) {
    const nameInUse = 10058;
    if (isApiError(error, nameInUse)) return await manager.streams.info(wanted.name);
    throw error;
  }
}

/** The consumer as it stands, undefined when there is none, or no stream. */
export async function consumerInfo(
  manager: JetStreamManager,
  stream: StreamName,
  durable: string,
): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(stream, durable);
  } catch (error) {
    const { ConsumerNotFound, StreamNotFound } = JetStreamApiCodes;
    if (isApiError(error, ConsumerNotFound) || isApiError(error, StreamNotFound)) return undefined;
    throw error;
  }
}

/** Whether JetStream refused a request with this error code of its API. */
export function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
