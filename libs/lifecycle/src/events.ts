/** What moves a node from one provision state to another (state machine reference §2). */

/** What the table says of an event. */
export interface EventFacts {
  /** Whether the node keeps its present target, where the new state is not a stable one. */
  readonly keepsTarget: boolean;
  /** One sentence for readers. */
  readonly meaning: string;
}

/** The facts of every event. */
export const eventFacts = {
  manage: { keepsTarget: false, meaning: 'Take the node under control; also how cleaning ends at `manageable`.' },
  provide: { keepsTarget: false, meaning: 'Clean the node and offer it.' },
  inspect: { keepsTarget: false, meaning: 'Start an inspection.' },
  clean: { keepsTarget: false, meaning: 'Start manual cleaning, or the cleaning that follows a deletion.' },
  adopt: { keepsTarget: false, meaning: 'Start an adoption.' },
  deploy: { keepsTarget: false, meaning: 'Start a deployment.' },
  rebuild: { keepsTarget: false, meaning: 'Deploy again onto a node that has an instance.' },
  delete: { keepsTarget: false, meaning: 'Take the instance off.' },
  rescue: { keepsTarget: false, meaning: 'Start a rescue.' },
  unrescue: { keepsTarget: false, meaning: 'Return from rescue to the instance.' },
  service: { keepsTarget: false, meaning: 'Run service steps on a deployed node.' },
  abort: { keepsTarget: true, meaning: 'End a waiting or held task by request.' },
  hold: { keepsTarget: true, meaning: 'A hold step was reached.' },
  unhold: { keepsTarget: true, meaning: 'Let a held task go on.' },
  wait: { keepsTarget: true, meaning: 'The task now waits for an agent.' },
  resume: { keepsTarget: true, meaning: 'What the task waited for is there.' },
  done: { keepsTarget: true, meaning: 'The task ended well.' },
  fail: { keepsTarget: true, meaning: 'The task ended badly.' },
} as const satisfies Record<string, EventFacts>;

/** An event of the lifecycle. */
export type LifecycleEvent = keyof typeof eventFacts;

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table).filter((key): key is K => key in table);
}

/** All events. */
export const lifecycleEvents: readonly LifecycleEvent[] = keysOf(eventFacts);

/** Whether the value names a lifecycle event. */
export function isLifecycleEvent(value: unknown): value is LifecycleEvent {
  return typeof value === 'string' && Object.hasOwn(eventFacts, value);
}
