import { type JsonObject, NodeRecord } from '@bessemer/contracts';
import { type CallContext, createHardwareTypes, type HardwareTypes } from '@bessemer/drivers';
import { RedfishSimulator, type RedfishSimulatorOptions } from './redfish-simulator.js';

/** The hardware type as a conductor makes it. */
export const redfishTypes = (answerTimeoutMs = 5000): HardwareTypes =>
  createHardwareTypes({
    enabled: ['redfish'],
    ...{ fakeDelayMs: 0, ipmitoolPath: 'ipmitool', workDir: '/nonexistent', now: () => new Date() },
    redfishAnswerTimeoutMs: answerTimeoutMs,
  });

/** What a call of the driver gets, and how often it asked for leave. */
export interface CountedContext extends CallContext {
  readonly guards: { count: number };
}

/** A call's context for a node with this `driver_info`. */
export function aContext(
  driverInfo: JsonObject,
  types = redfishTypes(),
  more: Partial<NodeRecord> = {},
): CountedContext {
  const record = Object.assign(new NodeRecord(), {
    ...{ uuid: '3f1a5b52-5d34-4a0a-8d5a-6f2f0c6a8a01', driver: 'redfish', driver_info: driverInfo },
    ...{ instance_info: {}, properties: {}, boot_mode: null, disable_power_off: false, ...more },
  });
  const guards = { count: 0 };
  return {
    node: record,
    ports: [],
    hardware: types.resolve(record),
    now: () => new Date(),
    signal: new AbortController().signal,
    guards,
    guard: async () => {
      guards.count += 1;
    },
  };
}

/** `driver_info` that reaches the BMC. */
export const accessTo = (bmc: RedfishSimulator, more: JsonObject = {}): JsonObject => ({
  redfish_address: bmc.url,
  redfish_username: bmc.username,
  redfish_password: bmc.password,
  ...more,
});

/** BMCs of one test. */
export class Bmcs {
  private readonly running: RedfishSimulator[] = [];

  async start(options: RedfishSimulatorOptions = {}): Promise<RedfishSimulator> {
    const bmc = await RedfishSimulator.start(options);
    this.running.push(bmc);
    return bmc;
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    await Promise.all(this.running.splice(0).map((bmc) => bmc.stop()));
  }
}
