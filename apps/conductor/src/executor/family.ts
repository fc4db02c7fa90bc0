import type { StepContext } from '@bessemer/drivers';
import { BessemerError, toBessemerError } from '@bessemer/errors';
import { type BorrowedNode, hasOwnPowerSupply, type Subject } from '../borrowed-nodes/borrowed-node.js';
import type { BorrowedNodes } from '../borrowed-nodes/borrowed-nodes.js';
import { forgetAgentIfKnown } from '../flows/power.js';
import type { StepRow } from '../tasks/task.js';
import type { TaskRun } from './task-run.js';

/** What of step contexts the family of a node is worked on with. */
export interface FamilyContexts {
  /** The context in which the step acts on a node. */
  build(run: TaskRun, step: StepRow, subject?: Subject): StepContext;
  /** Reports that the task lets go of a borrowed node. */
  giveBack(run: TaskRun, step: StepRow, subject: Subject): Promise<void>;
}

/** The parent and the children of a node that a step acts on. */
export class Family {
  constructor(
    private readonly run: TaskRun,
    private readonly step: StepRow,
    private readonly subject: Subject,
    private readonly contexts: FamilyContexts,
    private readonly borrowedNodes: BorrowedNodes,
  ) {}

  /** Whether others may have to change before the power of the node gets there. */
  isTiedAt(state: 'power on' | 'power off'): boolean {
    return state === 'power off' ? this.subject.children.length > 0 : this.parent !== null;
  }

  /** Powers off the children that have no power supply of their own. */
  async powerChildrenOff(): Promise<void> {
    for (const uuid of this.subject.children)
      await this.naming(`The child node ${uuid} could not be powered off`, async () => {
        const child = await this.borrowedNodes.look(this.run, uuid);
        if (child === undefined || hasOwnPowerSupply(child.node.driver_info)) return;
        if (await this.isDone('power off', child)) return;
        if (child.node.disable_power_off)
          throw new BessemerError('conflict', `Power off is disabled for node ${uuid}.`, {
            remedy:
              'Allow it (disable_power_off), or say in its driver_info that it has_dedicated_power_supply, then try again.',
          });
        await this.set(uuid, 'power off');
      });
  }

  /** Powers on the parent, unless the node has a power supply of its own. */
  async powerParentOn(): Promise<void> {
    const uuid = this.parent;
    if (uuid === null || hasOwnPowerSupply(this.subject.node.driver_info)) return;
    await this.naming(`The parent node ${uuid} could not be powered on`, async () => {
      if (uuid === this.run.task.node) return await this.change(this.contexts.build(this.run, this.step), 'power on');
      const parent = await this.borrowedNodes.look(this.run, uuid);
      if (parent !== undefined && !(await this.isDone('power on', parent))) await this.set(uuid, 'power on');
    });
  }

  private get parent(): string | null {
    return this.subject.node.parent_node ?? null;
  }

  /** One that a conductor had borrowed and was lost before it told of it is to be told of, and given back. */
  private async isDone(state: 'power on' | 'power off', node: BorrowedNode): Promise<boolean> {
    if (node.isLent) return false;
    const context = this.contexts.build(this.run, this.step, node);
    return (await context.hardware.interfaces.power.getPowerState(context)) === state;
  }

  private async set(uuid: string, target: 'power on' | 'power off'): Promise<void> {
    const node = await this.borrowedNodes.borrow(this.run, this.step, uuid);
    if (node === undefined) return;
    const context = this.contexts.build(this.run, this.step, node);
    if (target === 'power off') await forgetAgentIfKnown(context);
    await this.change(context, target);
    await this.contexts.giveBack(this.run, this.step, node);
  }

  private async change(context: StepContext, target: 'power on' | 'power off'): Promise<void> {
    await context.hardware.interfaces.power.setPowerState(context, target, context.timeouts.powerStateChange);
  }

  private async naming(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.run.lease.signal.throwIfAborted();
      if (this.run.stop !== undefined) throw error;
      const { code, message, remedy } = toBessemerError(error);
      throw new BessemerError(code, `${what}: ${message}`, {
        ...(remedy === undefined ? {} : { remedy }),
        cause: error,
      });
    }
  }
}
