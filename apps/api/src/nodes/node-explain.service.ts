import { verbsAllowedIn } from '@bessemer/lifecycle';
import { maskSecrets } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import { NodeExplainRepository } from './node-explain.repository.js';
import { type Situation, situationsOf } from './node-explain.situations.js';
import { isBusy, type NodeRow, stateOf } from './node-row.js';
import { NodeSearchService } from './node-search.service.js';

/** What a node does or waits for: the weightiest of its situations, the others, and its states. */
export interface Explanation extends Situation {
  readonly also: readonly Situation[];
  readonly [name: string]: unknown;
}

/** Explains what nodes do and wait for. */
@Injectable()
export class NodeExplainService {
  constructor(
    private readonly search: NodeSearchService,
    private readonly repository: NodeExplainRepository,
  ) {}

  /**
   * What the node does or waits for, since when, until when, and what can be done.
   *
   * @param identifier whatever identifies the node or its machine
   * @throws `not-found`; `conflict` when the identifier is that of several nodes
   */
  async explain(identifier: string): Promise<Explanation> {
    const node = await this.search.require(identifier);
    const [first, ...also] = situationsOf(node, await this.repository.surroundings(node));
    return { ...viewOf(node), ...first, also };
  }
}

const viewOf = (node: NodeRow): Record<string, unknown> => ({
  uuid: node.uuid,
  name: node.name,
  provision_state: node.provision_state,
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
  verbs: verbsAllowedIn(stateOf(node)),
});
