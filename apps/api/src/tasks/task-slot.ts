import type { TaskKind } from '@bessemer/contracts';
import type { NodeRow } from '../nodes/node-row.js';

/** Where a task's number stands in the node's row: power changes have a place of their own beside the task. */
export interface TaskSlot {
  readonly task: string | null;
  readonly epoch: number;
  readonly seq: number;
  readonly isPower: boolean;
}

/** The slot of a kind of task. */
export const slotOf = (node: NodeRow, kind: TaskKind): TaskSlot =>
  kind === 'power'
    ? { task: node.power_task, epoch: node.power_epoch, seq: node.power_seq, isPower: true }
    : { task: node.task, epoch: node.epoch, seq: node.task_seq, isPower: false };

/** The slot that holds the task under the epoch, or undefined when the task is no longer the node's. */
export function slotHolding(node: NodeRow, task: string, epoch: number): TaskSlot | undefined {
  for (const kind of ['clean', 'power'] as const) {
    const slot = slotOf(node, kind);
    if (slot.task === task && slot.epoch === epoch) return slot;
  }
  return undefined;
}

/** The change that counts an event as applied. */
export const counted = (slot: TaskSlot, seq: number): Partial<NodeRow> =>
  slot.isPower ? { power_seq: seq } : { task_seq: seq };
