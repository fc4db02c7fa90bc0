import type { WorkflowState } from '@bessemer/contracts';

/** What an import is to do besides registering, and who asked for it. */
export interface ImportOptions {
  introspect: boolean;
  provide: boolean;
}

/** A verb that a machine of a workflow is still to go through. */
export type WorkflowGoal = 'manage' | 'inspect' | 'provide';

/** One machine of a workflow, as it is shown. */
export interface WorkflowItemView {
  index: number;
  node: string;
  created: boolean;
  state: WorkflowState;
  goal: WorkflowGoal | null;
  reason: string | null;
  since: string;
  error: string | null;
}

/** A workflow, as it is shown. */
export interface WorkflowView {
  uuid: string;
  kind: 'import';
  state: WorkflowState;
  introspect: boolean;
  provide: boolean;
  created_at: string;
  finished_at: string | null;
  items: WorkflowItemView[];
  links: { rel: string; href: string }[];
}
