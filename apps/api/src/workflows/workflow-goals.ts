import { isVerbAllowed } from '@bessemer/lifecycle';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import type { ImportOptions, WorkflowGoal } from './workflows.dto.js';

/** What is still to be done with the node; one that is further than the import asks is left where it is. */
export function goalsOf(node: NodeRow, options: ImportOptions): WorkflowGoal[] {
  const state = stateOf(node);
  const wanted: WorkflowGoal[] = [
    ...(options.introspect ? ['inspect' as const] : []),
    ...(options.provide ? ['provide' as const] : []),
  ];
  if (isVerbAllowed('provide', state)) return wanted;
  return node.task === null && isVerbAllowed('manage', state) && !isVerbAllowed('deploy', state)
    ? ['manage', ...wanted]
    : [];
}
