/** States of an introspection, in ironic-inspector's words. */
export type IntrospectionState = 'waiting' | 'finished' | 'error';

/** ironic-inspector's states that a client may filter by; some of them never last here. */
export const filterableStates = [
  'starting',
  'waiting',
  'processing',
  'finished',
  'error',
  'reapplying',
  'enrolling',
  'aborting',
] as const;

/** One introspection of one node: one run of an inspect task. */
export interface Introspection {
  uuid: string;
  node: string;
  task: string;
  state: IntrospectionState;
  started_at: Date;
  finished_at: Date | null;
  error: string | null;
  /** SHA-256 of the body that it was processed from. */
  body_sha256: string | null;
}

/** How an introspection ended, with everything to keep of it. */
export interface Outcome {
  state: 'finished' | 'error';
  error: string | null;
  bodySha256: string;
  warnings: string[];
  /** Traces of the rules. */
  rules: object[];
  unprocessed: string;
  processed: string | null;
  /** The document that the inventory endpoint answers. */
  inventory: string | null;
}
