/** The name of one of the two streams. */
export type StreamName = 'WORK' | 'EVENTS';

/** What an installation may set about the streams. */
export interface StreamSettings {
  /** Copies of each stream: 1 on one machine, 3 on a cluster. */
  replicas?: number;
  /** How long an event can be replayed, milliseconds. */
  eventsMaxAgeMs?: number;
  /** How much EVENTS may hold, bytes; the oldest go first. */
  eventsMaxBytes?: number;
}
