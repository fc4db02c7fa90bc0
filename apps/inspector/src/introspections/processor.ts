import type { JsonObject, NodePatch } from '@bessemer/contracts';
import { toBessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { HookChain } from '../hooks/hook-chain.js';
import type { MachineRecord } from '../machines/machine-fields.js';
import type { ApiCall } from '../rules/api-call.js';
import type { RuleTrace } from '../rules/rule.js';
import { type RuleSet, RulesService } from '../rules/rules.service.js';
import { NodeDraft } from './node-draft.js';
import type { Processing } from './processing.js';

/** What hooks and rules made of inspection data. */
export interface Processed {
  data: JsonObject;
  patch: NodePatch;
  warnings: string[];
  rules: RuleTrace[];
  /** Requests that rules ask for, to be made before the introspection ends. */
  calls: ApiCall[];
  /** Why the introspection failed, null when it did not. */
  error: string | null;
}

/** Larger changes do not fit into a message of the bus beside what else it holds. */
const largestPatch = 200 * 1024;

/** Runs hooks and rules on data; touches nothing but its arguments. */
@Injectable()
export class Processor {
  constructor(
    private readonly hooks: HookChain,
    private readonly rules: RulesService,
  ) {}

  /** The first phase: completes the data in place and answers, in words, what is wrong with it. */
  before(data: JsonObject): string[] {
    return this.hooks.before(data);
  }

  /**
   * The second phase and the rules, for data that has passed the first.
   *
   * @param machine the node as it was when the data came
   */
  process(data: JsonObject, machine: MachineRecord, rules: RuleSet): Processed {
    const node = new NodeDraft(documentOf(machine));
    const knownMacs = machine.macs.map((mac) => mac.toLowerCase());
    const processing: Processing = { data, node, knownMacs, warnings: [], calls: [] };
    const traces: RuleTrace[] = [];
    let error: string | null = null;
    try {
      this.hooks.process(processing);
      this.rules.apply(processing, rules, traces);
    } catch (cause) {
      error = toBessemerError(cause).message;
    }
    const patch = node.toPatch();
    const size = Buffer.byteLength(JSON.stringify(patch));
    if (error === null && size > largestPatch)
      error = `Rules and hooks change the node by ${size} bytes; no more than ${largestPatch} are possible.`;
    return { data, patch, warnings: processing.warnings, rules: traces, calls: processing.calls, error };
  }
}

/** The fields of a node that rules may read, without what belongs to the copy itself. */
function documentOf(machine: MachineRecord): JsonObject {
  const { macs: _macs, bmc_addresses: _bmc, serial: _serial, ...fields } = machine;
  return JSON.parse(JSON.stringify(fields)) as JsonObject;
}
