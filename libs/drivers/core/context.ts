import type {
  AdmissionAnswer,
  BlobReference,
  Json,
  JsonObject,
  NodeRecord,
  PortRecord,
  TaskKind,
} from '@bessemer/contracts';
import type { HardwareType } from './hardware-type.js';

/** Why a step is called. `interrupted` reaches only steps that declare `observe`. */
export type Attempt = 'first' | 'resumed' | 'retried' | 'interrupted';

/** What ended the wait before a `resumed` call. */
export interface WakeUp {
  cause: 'heartbeat' | 'introspection' | 'deadline' | 'unhold' | 'time';
  data: JsonObject;
}

/** Where the node's agent is; known after its first heartbeat. The token is opened and must reach no log. */
export interface AgentContact {
  callbackUrl: string;
  token: string;
  version: string | null;
  /** PEM text to verify its certificate with. */
  verifyCa: string | null;
}

/** A node as an implementation sees it: the record, with `driver_info` and `instance_info` opened. */
export interface NodeView extends Omit<NodeRecord, 'driver_info' | 'instance_info'> {
  readonly driver_info: JsonObject;
  readonly instance_info: JsonObject;
}

/** What any call of an implementation gets: steps, validation and synchronous calls alike. */
export interface CallContext {
  readonly node: NodeView;
  readonly ports: readonly PortRecord[];
  /** The node's hardware type with the implementations that the node names. */
  readonly hardware: HardwareType;
  readonly now: () => Date;
  /** Aborted when the lease is lost or the task is cancelled. */
  readonly signal: AbortSignal;
  /**
   * Must be awaited right before each effect on hardware (a BMC command, an agent command). Rejects when the lease of
   * this conductor has run out, so that a conductor that was only slow does nothing more.
   */
  readonly guard: () => Promise<void>;
}

/** Where a booted ramdisk finds the service, and how long it may take. */
export interface ServiceEndpoints {
  /** Base URL of the api, without `/v1`. */
  readonly api: string;
  /** Where the ramdisk posts its inventory. */
  readonly inspectionCallback: string;
}

/** Time-outs in seconds (reference: states.md §9). */
export interface Timeouts {
  readonly deploy: number;
  readonly clean: number;
  readonly inspect: number;
  readonly rescue: number;
  readonly service: number;
  readonly softPowerOff: number;
  readonly powerStateChange: number;
}

/** An inventory in the form of the API, with what else was found. */
export interface InventoryDocument {
  readonly inventory: JsonObject;
  readonly plugin_data: JsonObject;
}

/** What a step gets. */
export interface StepContext extends CallContext {
  readonly task: string;
  readonly kind: TaskKind;
  readonly verb: string;
  readonly attempt: Attempt;
  readonly wakeUp?: WakeUp;
  /** Arguments of this step. */
  readonly args: JsonObject;
  /** Arguments of the verb that started the task, opened. */
  readonly taskArguments: JsonObject;
  /** What the step remembered when it answered `wait` or `retry`; `{}` at first. */
  readonly memory: JsonObject;
  readonly agent?: AgentContact;
  readonly endpoints: ServiceEndpoints;
  readonly timeouts: Timeouts;
  /** Keeps `memory` durably at once, before an effect that must not be done twice (for example a command id). */
  remember(memory: { [key: string]: Json }): Promise<void>;
  /** Tells people what goes on; becomes a `progress` event. */
  progress(reason: string): Promise<void>;
  /** Admits the node's MACs to network boot and returns when that is in place; see `AdmissionAnswer`. */
  admitNetworkBoot(macs: string[]): Promise<AdmissionAnswer>;
  /**
   * Fetches what travels as a reference, such as a config drive, from its owner over the internal endpoint. The reader
   * checks size and digest. Absent where nothing can be fetched.
   */
  fetchBlob?(reference: BlobReference): Promise<Buffer>;
  /**
   * Stores an inventory that was learned without a ramdisk, as what this task has found. Absent where none can be kept.
   * Again is harmless: the first one counts.
   */
  storeInventory?(document: InventoryDocument): Promise<void>;
  /** Takes the admission back. */
  refuseNetworkBoot(): Promise<void>;
  /** Makes the api forget the agent's token and address; between power off and the next boot. */
  forgetAgent(): Promise<void>;
}
