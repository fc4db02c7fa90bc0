import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { keepsLastErrorOnPowerAction, mayChangePower } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import { DriverQuestions } from '../drivers/driver-questions.js';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { ConcurrentChangeError } from '../records/write.js';
import { TaskStart } from '../tasks/task-start.js';
import { readMembers } from '../versions/members.js';
import { type PowerTarget, powerMembers, powerTargetOf } from '../versions/power-members.js';

const attempts = 10;

interface PowerRequest {
  readonly target: string;
  readonly to: PowerTarget | undefined;
  readonly arguments: JsonObject;
}

function read(body: unknown, minor: number): PowerRequest {
  const { target, timeout } = readMembers('power change', powerMembers, body, minor);
  const to = powerTargetOf(String(target), minor);
  return { target: String(target), to, arguments: typeof timeout === 'number' ? { timeout } : {} };
}

/** Power changes by request. */
@Injectable()
export class PowerService {
  constructor(
    private readonly database: Database,
    private readonly lookup: NodeLookup,
    private readonly nodes: NodesRepository,
    private readonly gate: NodeGate,
    private readonly drivers: DriverQuestions,
    private readonly start: TaskStart,
    private readonly events: NodeEvents,
  ) {}

  /**
   * Accepts a power change; when it returns, it is committed and on its way to a conductor.
   *
   * @returns the node's UUID
   */
  async request(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const request = read(body, context.minor);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(ident, request, context);
      } catch (error) {
        if (!(error instanceof ConcurrentChangeError) || attempt === attempts) throw error;
      }
    }
  }

  private async attempt(ident: string, request: PowerRequest, context: RequestContext): Promise<string> {
    this.requireAllowed(await this.lookup.requireExpected(ident, context), request);
    const node = await this.gate.free(() => this.lookup.require(ident, context), context);
    const to = this.requireAllowed(node, request);
    await this.drivers.requireAgreement(node, 'power', request.target, request.arguments);
    await this.database.transaction(async (tx) => {
      const task = { uuid: randomUUID(), epoch: node.power_epoch + 1 };
      const changed = await this.nodes.update(tx, node, {
        target_power_state: to.state,
        power_task: task.uuid,
        power_epoch: task.epoch,
        power_seq: 0,
        power_user: context.user,
        power_project: context.project,
        power_reason: 'Accepted; waits for a conductor.',
        power_since: new Date(),
        power_deadline: null,
        ...(keepsLastErrorOnPowerAction(stateOf(node)) ? {} : { last_error: null }),
      });
      await this.events.announce(tx, changed, 'power_set', 'start', { to_power: to.state });
      await this.start.command(tx, changed, 'power', task, {
        verb: request.target,
        arguments: request.arguments,
        requestId: context.requestId,
        user: context.user,
      });
    });
    return node.uuid;
  }

  private requireAllowed(node: NodeRow, request: PowerRequest): PowerTarget {
    const { to, target } = request;
    if (to === undefined || !mayChangePower(stateOf(node)))
      throw new BessemerError(
        'invalid-state',
        `The requested action "${target}" can not be performed on node "${node.uuid}" while it is in state "${to === undefined ? String(node.power_state) : node.provision_state}".`,
        { field: 'target' },
      );
    if (to.state === 'power off' && node.disable_power_off)
      throw new BessemerError('conflict', `Power off is disabled for node ${node.uuid}.`, { field: 'target' });
    return to;
  }
}
