import type { Answer } from './answer.js';
import type { RedfishFaults } from './faults.js';
import { RedfishRefusal } from './refusal.js';
import { collectionResource } from './resources.js';
import { SimulatedTasks } from './simulated-tasks.js';

/** One virtual media device: what is inserted, and how the BMC got it. */
export interface MediaDevice {
  readonly types: readonly string[];
  image: string | null;
  username: string | null;
}

/** The virtual media of a BMC or of a machine. */
export class SimulatedMedia {
  readonly devices: Readonly<Record<string, MediaDevice>> = {
    Cd: { types: ['CD', 'DVD'], image: null, username: null },
    Usb: { types: ['USBStick', 'Floppy'], image: null, username: null },
  };

  private readonly tasks: SimulatedTasks;
  private readonly ejections: SimulatedTasks;

  /** @param hasActions whether images are inserted by an action; else by a change of the device */
  constructor(
    readonly path: string,
    private readonly hasActions: boolean,
    private readonly faults: RedfishFaults,
  ) {
    this.tasks = new SimulatedTasks(`${path}/Tasks`, () => ({ reads: faults.mediaReads, fails: faults.mediaFails }));
    this.ejections = new SimulatedTasks(`${path}/Ejections`, () => ({ reads: faults.ejectReads }));
  }

  /** Undefined for what is not of the media. */
  answer(asked: string, body: Record<string, unknown>): Answer | undefined {
    if (asked === `GET ${this.path}`)
      return {
        body: collectionResource(
          this.path,
          Object.keys(this.devices).map((id) => `${this.path}/${id}`),
        ),
      };
    for (const [id, device] of Object.entries(this.devices)) {
      const path = `${this.path}/${id}`;
      if (asked === `GET ${path}`) return { body: this.resource(path, device) };
      const change = this.hasActions
        ? {
            insert: `POST ${path}/Actions/VirtualMedia.InsertMedia`,
            eject: `POST ${path}/Actions/VirtualMedia.EjectMedia`,
          }
        : { insert: `PATCH ${path}`, eject: undefined };
      if (asked === change.eject) return this.put(device, {});
      if (asked === change.insert) return this.put(device, body);
    }
    return this.tasks.answer(asked) ?? this.ejections.answer(asked);
  }

  private put(
    device: MediaDevice,
    { Image: image = null, UserName: username = null }: Record<string, unknown>,
  ): Answer {
    if (image !== null && device.image !== null)
      throw new RedfishRefusal(400, 'ResourceInUse', 'Something is inserted already.');
    const change = () => {
      device.image = image as string | null;
      device.username = username as string | null;
    };
    const { mediaReads, mediaFails } = this.faults;
    if (image !== null && (mediaReads ?? mediaFails) !== undefined) return this.tasks.begin(change);
    if (image === null && this.faults.ejectReads !== undefined) return this.ejections.begin(change);
    change();
    return { status: 204 };
  }

  private resource(path: string, { types, image }: MediaDevice): object {
    const action = (name: string) => ({
      [`#VirtualMedia.${name}`]: { target: `${path}/Actions/VirtualMedia.${name}` },
    });
    return {
      ...{ '@odata.id': path, MediaTypes: types, Image: image, Inserted: image !== null },
      ...(this.hasActions ? { Actions: { ...action('InsertMedia'), ...action('EjectMedia') } } : {}),
    };
  }
}
