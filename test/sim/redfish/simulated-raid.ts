import type { Answer } from './answer.js';
import type { RedfishFaults } from './faults.js';
import { RedfishRefusal } from './refusal.js';
import { collectionResource, memberAnswer } from './resources.js';
import type { HardwareParts, Part } from './simulated-hardware.js';
import { SimulatedTasks } from './simulated-tasks.js';

/** A RAID controller: its drives, and volumes that come and go by tasks. */
export class SimulatedRaid {
  /** Volumes by id. */
  readonly volumes: Map<string, Part>;
  private readonly tasks: SimulatedTasks;
  private made: number;

  constructor(
    readonly path: string,
    private readonly parts: HardwareParts,
    faults: RedfishFaults,
  ) {
    this.tasks = new SimulatedTasks(
      `${path}/Tasks`,
      () => ({ reads: faults.raidReads, fails: faults.raidFails }),
      parts.raidApplies === 'Immediate',
    );
    this.volumes = new Map(parts.volumes.map((volume, index) => [String(index), volume]));
    this.made = parts.volumes.length;
  }

  /** The machine has started: what waited for that is done. */
  start(): void {
    if (this.parts.raidApplies === 'OnReset') this.tasks.release();
  }

  /** Undefined for what is not of the controller. */
  answer(asked: string, body: Part): Answer | undefined {
    const volumes = `${this.path}/Volumes`;
    const [verb = '', path = ''] = asked.split(' ');
    if (asked === `GET ${this.path}`) return { body: this.resource(volumes) };
    if (asked === `GET ${volumes}`) return { body: this.collection(volumes) };
    if (asked === `POST ${volumes}`) return this.tasks.begin(this.making(body));
    const volume = this.volumes.get(path.slice(volumes.length + 1));
    if (path.startsWith(`${volumes}/`) && volume !== undefined) {
      if (verb === 'GET') return { body: { '@odata.id': path, Id: path.slice(volumes.length + 1), ...volume } };
      if (verb === 'DELETE') return this.tasks.begin(() => void this.volumes.delete(path.slice(volumes.length + 1)));
    }
    return this.tasks.answer(asked) ?? memberAnswer(asked, `${this.path}/Drives`, this.parts.drives);
  }

  private making(body: Part): () => void {
    const { '@Redfish.OperationApplyTime': _time, ...volume } = body;
    const wanted = drivesOf(body);
    const used = [...this.volumes.values()].flatMap(drivesOf);
    if (wanted.length === 0 || wanted.some((drive) => used.includes(drive)))
      throw new RedfishRefusal(400, 'ResourceInUse', 'A drive of the volume is in use.');
    return () => {
      this.volumes.set(String(this.made), { Name: `Volume ${this.made}`, ...volume });
      this.made += 1;
    };
  }

  private resource(volumes: string): object {
    return {
      ...{ '@odata.id': this.path, Id: 'RAID', Name: 'Controller 1' },
      Drives: this.parts.drives.map((_, index) => ({ '@odata.id': `${this.path}/Drives/${index}` })),
      Volumes: { '@odata.id': volumes },
    };
  }

  private collection(volumes: string): object {
    return {
      ...collectionResource(
        volumes,
        [...this.volumes.keys()].map((id) => `${volumes}/${id}`),
      ),
      '@Redfish.OperationApplyTimeSupport': { SupportedValues: [this.parts.raidApplies] },
    };
  }
}

function drivesOf(volume: Part): string[] {
  const { Drives: drives = [] } = (volume['Links'] ?? {}) as { Drives?: { '@odata.id': string }[] };
  return drives.map((drive) => drive['@odata.id']);
}
