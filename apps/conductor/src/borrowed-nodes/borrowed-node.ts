import type { JsonObject, NodePatch, PortRecord } from '@bessemer/contracts';
import { type HardwareType, type NodeView, readBoolean } from '@bessemer/drivers';
import { patchedRecord } from '../hardware/patched-record.js';

/** A node that a step acts on: the task's own, or a child or the parent of it. */
export interface Subject {
  /** The record with its secrets open, as what was reported of it has changed it. */
  readonly node: NodeView;
  readonly ports: readonly PortRecord[];
  readonly children: readonly string[];
  readonly hardware: HardwareType;
  readonly isBorrowed: boolean;
  /** Lets what comes next see what was reported. */
  applyPatch(patch: NodePatch | undefined): void;
}

/** Another node than the task's own, as it was when it was borrowed or looked at. */
export class BorrowedNode implements Subject {
  readonly isBorrowed = true;

  constructor(
    public node: NodeView,
    readonly ports: readonly PortRecord[],
    readonly children: readonly string[],
    /** Whether the task had it already when it was only looked at: another conductor may have left it so. */
    readonly isLent: boolean,
    private readonly resolve: () => HardwareType,
  ) {}

  /** Throws `invalid` when this conductor does not serve it. */
  get hardware(): HardwareType {
    return this.resolve();
  }

  applyPatch(patch: NodePatch | undefined): void {
    this.node = patchedRecord(this.node, patch);
  }
}

/**
 * Whether the power of a child does not depend on its parent's (reference: drivers.md §5).
 * @throws `invalid` for a value that is no truth value
 */
export const hasOwnPowerSupply = (driverInfo: JsonObject): boolean =>
  readBoolean(driverInfo, 'has_dedicated_power_supply') ?? false;
