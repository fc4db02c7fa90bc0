import type { Json, JsonObject, NodeRecord, TaskKind } from '@bessemer/contracts';
import {
  availableSteps,
  type HardwareTypes,
  type Step,
  type StepContext,
  type StepInterface,
  type StepOutcome,
} from '@bessemer/drivers';
import { aContext, redfishTypes } from './driver-context.js';

/** What a test says of a step's context; the rest has usual values. */
export interface StepValues {
  driverInfo: JsonObject;
  kind?: TaskKind;
  args?: JsonObject;
  types?: HardwareTypes;
  node?: Partial<NodeRecord>;
  agent?: StepContext['agent'];
  /** Seconds after the beginning of the wait at which every wait of the task ends. */
  timeout?: number;
}

/** The executor's part for one step, with a clock that moves only while the step waits. */
export class StepRun {
  /** What it told people, in order. */
  readonly told: string[] = [];
  /** How it waited, in order: the reason, and the seconds until its next look and its deadline. */
  readonly waits: { reason: string; look: number; deadline: number }[] = [];
  /** What the machine is asked between two calls of the step; called at each wait with the number of waits so far. */
  onWait: (waits: number) => void | Promise<void> = () => undefined;
  agent: StepContext['agent'];
  memory: JsonObject = {};
  private clock = Date.parse('2026-01-01T00:00:00Z');
  private readonly call: ReturnType<typeof aContext>;

  constructor(private readonly values: StepValues) {
    this.call = aContext(values.driverInfo, values.types ?? redfishTypes(), values.node);
    this.agent = values.agent;
  }

  /** How often the step asked for leave. */
  get guards(): number {
    return this.call.guards.count;
  }

  /** The step by its name. */
  step(kind: StepInterface, name: string): Step {
    const found = availableSteps(this.call.hardware, this.values.kind === 'service' ? 'service' : 'clean').find(
      (step) => step.interface === kind && step.name === name,
    );
    if (found === undefined) throw new Error(`no step ${kind}.${name}`);
    return found;
  }

  /** Runs the step to its end, over its waits for time; what else it waits for ends the run. */
  async toEnd(kind: StepInterface, name: string): Promise<StepOutcome> {
    let outcome = await this.once(kind, name, 'first');
    while (outcome.kind === 'wait' && outcome.for === 'time') {
      const start = this.clock;
      const seconds = (date: Date) => (date.getTime() - start) / 1000;
      const { reason, until, deadline = until } = outcome;
      this.waits.push({ reason, look: seconds(until), deadline: seconds(deadline) });
      this.memory = outcome.memory ?? this.memory;
      this.clock = until.getTime();
      await this.onWait(this.waits.length);
      outcome = await this.once(kind, name, 'resumed');
    }
    return outcome;
  }

  /** One call of the step. */
  async once(kind: StepInterface, name: string, attempt: StepContext['attempt']): Promise<StepOutcome> {
    return await this.step(kind, name).run(this.context(attempt));
  }

  /** What a step gets. */
  context(attempt: StepContext['attempt']): StepContext {
    const run = this;
    const { timeout = 1800, kind = 'clean', args = {} } = this.values;
    return {
      ...this.call,
      ...{ task: '5a8f7c8e-52d0-4b0f-9a54-0e6c1b5f0001', kind, verb: kind, attempt, args, taskArguments: {} },
      now: () => new Date(this.clock),
      get memory() {
        return run.memory;
      },
      ...(this.agent === undefined ? {} : { agent: this.agent }),
      endpoints: { api: 'http://127.0.0.1:6385', inspectionCallback: 'http://127.0.0.1:5050/v1/continue' },
      timeouts: {
        ...{ deploy: timeout, clean: timeout, inspect: timeout, rescue: timeout, service: timeout },
        ...{ softPowerOff: 5, powerStateChange: 5 },
      },
      remember: async (memory: { [key: string]: Json }) => {
        this.memory = structuredClone(memory);
      },
      progress: async (reason: string) => {
        this.told.push(reason);
      },
      admitNetworkBoot: async () => ({ policy: 1, inPlace: true, segments: ['lan'] }),
      refuseNetworkBoot: async () => undefined,
      forgetAgent: async () => {
        this.agent = undefined;
      },
    };
  }
}
