import { type FieldOperation, type JsonObject, NodeRecord, PortRecord, type TaskKind } from '@bessemer/contracts';
import type { Attempt, NodeView, StepContext, WakeUp } from '../core/context.js';
import type { HardwareType } from '../core/hardware-type.js';
import type { StepOutcome } from '../core/outcome.js';
import type { StepReference } from '../core/step.js';
import { createHardwareTypes } from '../hardware-types/hardware-types.js';

/** A node with nothing but what every node has. */
export function aNode(values: Partial<NodeRecord> = {}): NodeView {
  const objects = [
    'driver_info',
    'driver_internal_info',
    'properties',
    'instance_info',
    'extra',
    'clean_step',
  ] as const;
  const more = ['deploy_step', 'service_step', 'raid_config', 'target_raid_config', 'network_data'] as const;
  return Object.assign(
    new NodeRecord(),
    {
      ...{ uuid: '9c3d6f1e-1d9a-4b8c-8a55-0f8a6f4f7a01', revision: 1, name: 'node-1', driver: 'fake-hardware' },
      ...{ conductor_group: '', provision_state: 'manageable', power_state: 'power off', traits: [] },
      ...{ maintenance: false, retired: false, disable_power_off: false, boot_mode: null },
      ...Object.fromEntries([...objects, ...more].map((name) => [name, {}])),
    },
    values,
  );
}

/** A port that boots from the network. */
export function aPort(address = '52:54:00:00:00:01'): PortRecord {
  return Object.assign(new PortRecord(), {
    ...{ uuid: '1b9f4a36-8c39-4d57-9a0e-5a7f4bb5a001', address, pxe_enabled: true, physical_network: null },
    ...{ local_link_connection: {}, internal_info: {}, extra: {} },
  });
}

/** What a test says of its context; the rest has usual values. */
export interface ContextValues {
  node?: NodeView;
  ports?: PortRecord[];
  hardware?: HardwareType;
  kind?: TaskKind;
  attempt?: Attempt;
  wakeUp?: WakeUp;
  args?: JsonObject;
  taskArguments?: JsonObject;
  agent?: StepContext['agent'];
  workDir?: string;
  ipmitoolPath?: string;
  fakeDelayMs?: number;
}

/** A step's context that keeps what the step does to it: the executor's part, without an executor. */
export class RecordedContext implements StepContext {
  readonly node: NodeView;
  readonly ports: readonly PortRecord[];
  readonly hardware: HardwareType;
  readonly task = '5a8f7c8e-52d0-4b0f-9a54-0e6c1b5f0001';
  readonly kind: TaskKind;
  readonly verb = 'test';
  readonly args: JsonObject;
  readonly taskArguments: JsonObject;
  readonly endpoints = { api: 'http://127.0.0.1:6385', inspectionCallback: 'http://127.0.0.1:5050/v1/continue' };
  readonly timeouts = {
    ...{ deploy: 1800, clean: 1800, inspect: 1800, rescue: 1800, service: 1800 },
    ...{ softPowerOff: 5, powerStateChange: 5 },
  };
  readonly stop = new AbortController();
  attempt: Attempt;
  wakeUp?: WakeUp;
  agent?: StepContext['agent'];
  memory: JsonObject = {};
  admissionInPlace = true;
  /** What was done, in order. */
  readonly done: string[] = [];

  constructor(values: ContextValues = {}) {
    this.node = values.node ?? aNode();
    this.ports = values.ports ?? [aPort()];
    this.hardware =
      values.hardware ??
      createHardwareTypes({
        enabled: ['fake-hardware', 'ipmi', 'manual-management', 'redfish'],
        fakeDelayMs: values.fakeDelayMs ?? 0,
        ipmitoolPath: values.ipmitoolPath ?? 'ipmitool',
        workDir: values.workDir ?? '/nonexistent',
        now: () => new Date(),
      }).resolve(this.node);
    this.kind = values.kind ?? 'clean';
    this.attempt = values.attempt ?? 'first';
    this.wakeUp = values.wakeUp;
    this.args = values.args ?? {};
    this.taskArguments = values.taskArguments ?? {};
    this.agent = values.agent;
  }

  readonly now = () => new Date();
  get signal(): AbortSignal {
    return this.stop.signal;
  }
  readonly guard = async () => {
    this.signal.throwIfAborted();
    this.done.push('guard');
  };
  async remember(memory: JsonObject): Promise<void> {
    this.memory = structuredClone(memory);
    this.done.push('remember');
  }
  async progress(reason: string): Promise<void> {
    this.done.push(`progress: ${reason}`);
  }
  async admitNetworkBoot(macs: string[]) {
    this.done.push(`admit ${macs.join(',')}`);
    return { policy: 1, inPlace: this.admissionInPlace, segments: ['lan'], reason: 'segment lan is silent' };
  }
  async refuseNetworkBoot(): Promise<void> {
    this.done.push('refuse');
  }
  async forgetAgent(): Promise<void> {
    this.done.push('forget agent');
  }

  /** What the executor does between two calls of a step that waits: it keeps the memory and the reason of the call. */
  again(outcome: StepOutcome, attempt: Attempt, wakeUp?: WakeUp): this {
    if ('memory' in outcome && outcome.memory !== undefined) this.memory = outcome.memory;
    this.attempt = attempt;
    this.wakeUp = wakeUp;
    return this;
  }
}

/** The outcome when it is of this kind; fails the test otherwise. */
export function expectOutcome<Kind extends StepOutcome['kind']>(
  outcome: StepOutcome,
  kind: Kind,
): Extract<StepOutcome, { kind: Kind }> {
  if (outcome.kind !== kind) throw new Error(`expected ${kind}, got ${JSON.stringify(outcome)}`);
  return outcome as Extract<StepOutcome, { kind: Kind }>;
}

/** Fields that an outcome's patch sets, by path. */
export function patched(outcome: StepOutcome): Record<string, unknown> {
  const fields: FieldOperation[] = ('patch' in outcome && outcome.patch?.fields) || [];
  return Object.fromEntries(fields.map(({ path, value }) => [path, value]));
}

/** `interface.step` of references. */
export function stepNames(steps: readonly StepReference[] | undefined): string[] {
  return (steps ?? []).map((step) => `${step.interface}.${step.step}`);
}
