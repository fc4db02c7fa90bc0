import { headers, type MsgHdrs } from '@nats-io/transport-node';

/**
 * Headers by which a message names the one that must have been handled before it: the preceding message of its aggregate, among all
 * of its channel and among those of the same resource. Value: `<id> <sequence> <subject>`.
 */
export const previousHeader = 'Bessemer-Previous';
export const previousOfResourceHeader = 'Bessemer-Previous-Of-Resource';

/** A message that comes before another one of the same aggregate. */
export interface Predecessor {
  id: string;
  /** Where it stands in the stream; 0 when it stands there no more. */
  sequence: number;
  subject: string;
}

/** The headers of a message with the predecessors that it has. */
export function orderHeaders(previous?: Predecessor, previousOfResource?: Predecessor): MsgHdrs {
  const result = headers();
  if (previous) result.set(previousHeader, write(previous));
  if (previousOfResource) result.set(previousOfResourceHeader, write(previousOfResource));
  return result;
}

/** The predecessor that a header names, undefined when there is none. */
export function readPredecessor(received: MsgHdrs | undefined, header: string): Predecessor | undefined {
  const [id, sequence, subject] = received?.get(header).split(' ') ?? [];
  if (!id || !subject) return undefined;
  return { id, sequence: Number(sequence) || 0, subject };
}

function write({ id, sequence, subject }: Predecessor): string {
  return `${id} ${sequence} ${subject}`;
}
