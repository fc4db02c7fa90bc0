import type { Answer } from './answer.js';
import type { RedfishFaults } from './faults.js';
import { RedfishRefusal } from './refusal.js';
import { SimulatedTasks } from './simulated-tasks.js';

const root = '/redfish/v1/UpdateService';
const target = `${root}/Actions/UpdateService.SimpleUpdate`;

/** The firmware of a machine and its BMC. A file is named after what it is for and its version: `bios-2.0.0.bin`. */
export class SimulatedUpdates {
  readonly versions: Record<string, string> = { bios: '1.2.3', bmc: '4.5.6', nic: '7.8.9' };
  /** What was asked for, in order. */
  readonly asked: Record<string, unknown>[] = [];
  /** What the machine takes when it starts. */
  private readonly staged = new Map<string, string>();
  private readonly fetches: SimulatedTasks;
  private readonly scheduled: SimulatedTasks;

  constructor(private readonly faults: RedfishFaults) {
    const told = () => ({ reads: faults.updateReads, fails: faults.updateFails });
    this.fetches = new SimulatedTasks(`${root}/Tasks`, told);
    this.scheduled = new SimulatedTasks(`${root}/Scheduled`, told, false);
  }

  /** The machine has started. */
  start(): void {
    for (const [component, version] of this.staged) this.versions[component] = version;
    this.staged.clear();
    this.scheduled.release();
  }

  /** Undefined for what is not of the service. */
  answer(asked: string, body: Record<string, unknown>): Answer | undefined {
    if (asked === `GET ${root}`)
      return { body: { '@odata.id': root, Actions: { '#UpdateService.SimpleUpdate': { target } } } };
    if (asked !== `POST ${target}`) return this.fetches.answer(asked) ?? this.scheduled.answer(asked);
    this.asked.push(body);
    const [, component = '', version = ''] = /(\w+)-([\d.]+)\.bin$/.exec(String(body['ImageURI'])) ?? [];
    if (this.versions[component] === undefined)
      throw new RedfishRefusal(400, 'ActionParameterValueFormatError', 'The file is for another machine.');
    const write = () => {
      this.versions[component] = version;
    };
    if (component === 'bmc') return this.fetches.begin(write);
    const stage = () => void this.staged.set(component, version);
    if (this.faults.updateWaitsForStart !== true) return this.fetches.begin(stage);
    stage();
    return this.scheduled.begin(() => undefined);
  }
}
