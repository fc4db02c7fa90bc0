import { isStable, verbsAllowedIn } from '@bessemer/lifecycle';
import { maskSecrets } from '@bessemer/secrets';
import { Controller, Get, Param } from '@nestjs/common';
import { atNewest, Context, type RequestContext } from '../http/context.js';
import { NodeLookup } from './node-lookup.js';
import { isBusy, stateOf } from './node-row.js';

/** `GET /v1/nodes/{node}/explain`: Bessemer's own view of what a node is doing and waiting for. */
@Controller('v1/nodes')
export class NodeExplainController {
  constructor(private readonly lookup: NodeLookup) {}

  @Get(':node/explain')
  async explain(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    const node = await this.lookup.require(ident, atNewest(context));
    const state = stateOf(node);
    return {
      uuid: node.uuid,
      name: node.name,
      provision_state: state,
      target_provision_state: node.target_provision_state,
      power_state: node.power_state,
      target_power_state: node.target_power_state,
      maintenance: node.maintenance,
      fault: node.fault,
      last_error: node.last_error,
      reservation: node.reservation,
      busy: isBusy(node),
      task: node.task,
      kind: node.task_kind,
      power_task: node.power_task,
      epoch: node.epoch,
      step: maskSecrets(node.task_step),
      reason: node.task_reason ?? (isStable(state) ? 'Nothing is under way.' : null),
      since: node.task_since ?? node.provision_updated_at,
      deadline: node.task_deadline,
      verbs: verbsAllowedIn(state),
    };
  }
}
