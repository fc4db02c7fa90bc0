import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, IsString, IsUUID, ValidateNested } from 'class-validator';
import { SignalCommand } from './commands.js';
import type { JsonObject } from './json.js';
import { NodeRecord, PortRecord } from './node-record.js';

/**
 * Questions: core request/reply, answered at once. Method names are the keys here; the subject is `rpcSubject(service,
 * method)` or, for a conductor, `conductorRpcSubject(group, type, method)`.
 */

/** To api, method `resume`: a conductor found a wait over and asks before it acts (DESIGN.md §5). */
export class ResumeQuestion {
  @IsUUID('loose') task!: string;
  @IsUUID('loose') node!: string;
  @IsInt() epoch!: number;
  /** The `seq` of the last event that the task has reported; the api answers `behind` until it has applied it. */
  @IsInt() seq!: number;
  @IsString() conductor!: string;
  /** Why: `heartbeat`, `introspection`, `deadline`, `unhold`, `retry`. */
  @IsString() cause!: string;
}
/** `granted`: go on, the state is set. `behind`: ask again in a moment. `refused`: stop, the task is no longer the node's. */
export class ResumeAnswer {
  @IsIn(['granted', 'behind', 'refused']) verdict!: 'granted' | 'behind' | 'refused';
  @IsString() provision_state!: string;
  @IsOptional() @IsString() reason?: string;
}

/** To api, method `forget-agent`: the machine is off; its agent's token and address are void before the next boot. */
export class ForgetAgentQuestion {
  @IsUUID('loose') task!: string;
  @IsUUID('loose') node!: string;
  @IsInt() epoch!: number;
}
/** `refused` when the task is no longer the node's. */
export class ForgetAgentAnswer {
  @IsIn(['forgotten', 'refused']) verdict!: 'forgotten' | 'refused';
}

/**
 * To api, method `borrow-node`: a task works for a moment on a node above or below its own, with that node reserved for
 * it. The task's events return it; the end of the task does in any case.
 */
export class BorrowQuestion {
  @IsUUID('loose') task!: string;
  @IsUUID('loose') node!: string;
  @IsInt() epoch!: number;
  /** The `seq` of the last event that the task has reported; the api answers `behind` until it has applied it. */
  @IsInt() seq!: number;
  @IsString() conductor!: string;
  /** The node that is to be borrowed. */
  @IsUUID('loose') borrowed!: string;
  /** Whether it is only looked at: then it is not reserved, and others may work on it. */
  @IsBoolean() onlyLook!: boolean;
}
/**
 * `granted`: the node as it is, reserved for the task unless it was only looked at. `behind`: ask again in a moment.
 * `busy`: somebody else works on it. `gone`: it is no longer above or below the task's node. `refused`: stop, the task is
 * no longer its node's.
 */
export class BorrowAnswer {
  @IsIn(['granted', 'behind', 'busy', 'gone', 'refused'])
  verdict!: 'granted' | 'behind' | 'busy' | 'gone' | 'refused';
  @IsOptional() @ValidateNested() @Type(() => NodeRecord) node?: NodeRecord;
  @IsOptional() @ValidateNested({ each: true }) @Type(() => PortRecord) ports?: PortRecord[];
  /** Its own children. */
  @IsOptional() @IsUUID('loose', { each: true }) children?: string[];
  /** Whether the task has it, also where it was only looked at. */
  @IsOptional() @IsBoolean() isLent?: boolean;
  @IsOptional() @IsString() reason?: string;
}

/** To api, method `node-snapshot`: a page of nodes for whoever builds a copy; rows after `after`, by uuid. */
export class SnapshotQuestion {
  @IsOptional() @IsUUID('loose') after?: string;
  @IsInt() limit!: number;
}
/** One node of a snapshot: what others may hold a copy of, and the revision it stands at. */
export class SnapshotRow {
  @IsUUID('loose') uuid!: string;
  /** Which of the records that have had this UUID, one after another: a later one has another number, given out by one sequence that begins anew at its end. */
  @IsInt() incarnation!: number;
  @IsInt() revision!: number;
  @IsOptional() @IsString() name!: string | null;
  @IsString() provision_state!: string;
  @IsOptional() @IsString() power_state!: string | null;
  @IsBoolean() maintenance!: boolean;
  @IsOptional() @IsUUID('loose') task!: string | null;
  @IsInt() epoch!: number;
  @IsString() driver!: string;
  @IsString() conductor_group!: string;
  @IsString({ each: true }) macs!: string[];
  /** Host parts of every `*_address` of `driver_info`. */
  @IsString({ each: true }) bmc_addresses!: string[];
  @IsOptional() @IsString() serial!: string | null;
}
/** The answer to {@link SnapshotQuestion}; `next` is the `after` of the next page. */
export class SnapshotAnswer {
  @ValidateNested({ each: true }) @Type(() => SnapshotRow) rows!: SnapshotRow[];
  @IsOptional() @IsUUID('loose') next?: string | null;
}

/** Fields of a node that others write and rules of the inspector read. */
export class NodeFields {
  @IsInt() revision!: number;
  @IsObject() properties!: JsonObject;
  @IsObject() extra!: JsonObject;
}
/** To api, method `node-fields`: what a node's record holds that no copy has. */
export class NodeFieldsQuestion {
  @IsUUID('loose') node!: string;
}
/** The answer to {@link NodeFieldsQuestion}. */
export class NodeFieldsAnswer {
  /** Null when there is no such node. */
  @ValidateNested() @IsOptional() @Type(() => NodeFields) fields!: NodeFields | null;
}

/** To a conductor, method `heartbeats`: beats of agents that are to be kept for the tasks that they are meant for. */
export class HeartbeatsQuestion {
  @ValidateNested({ each: true }) @Type(() => SignalCommand) signals!: SignalCommand[];
}
/** The answer to {@link HeartbeatsQuestion}, given when they are stored. */
export class HeartbeatsAnswer {
  @IsInt() stored!: number;
}

/** To a conductor, method `validate`: would the driver take this verb now? No verb asks for all interfaces. */
export class ValidateQuestion {
  @ValidateNested() @Type(() => NodeRecord) node!: NodeRecord;
  @ValidateNested({ each: true }) @Type(() => PortRecord) ports!: PortRecord[];
  @IsOptional() @IsString() verb?: string;
  @IsObject() arguments!: JsonObject;
}
/** One interface's verdict; `reason` says what is missing. */
export class InterfaceVerdict {
  @IsOptional() @IsBoolean() result!: boolean | null;
  @IsOptional() @IsString() reason?: string;
}
/** Verdicts by interface kind, as `GET /v1/nodes/validate` shows them. */
export class ValidateAnswer {
  @IsObject() interfaces!: Record<string, InterfaceVerdict>;
}

/** To a conductor, method `call`: a synchronous call of an interface (boot device, NMI, indicators …). */
export class CallQuestion {
  @ValidateNested() @Type(() => NodeRecord) node!: NodeRecord;
  @ValidateNested({ each: true }) @Type(() => PortRecord) ports!: PortRecord[];
  @IsString() interface!: string;
  /** The method in Ironic's name: `get_boot_device`, `set_boot_device`, `get_supported_boot_devices`, `get_console` … */
  @IsString() method!: string;
  @IsObject() arguments!: JsonObject;
}
/** What the interface answered. */
export class CallAnswer {
  @IsOptional() result?: unknown;
}

/** To dhcp, method `admit`: let these MACs boot from the network; answered when every segment has it in place. */
export class AdmitQuestion {
  @IsUUID('loose') node!: string;
  @IsUUID('loose') task!: string;
  @IsString({ each: true }) macs!: string[];
}
/** To dhcp, method `refuse`: take the admission of a node back. */
export class RefuseQuestion {
  @IsUUID('loose') node!: string;
  @IsUUID('loose') task!: string;
}
/** The number of the policy that is in place, and the segments that reported it. */
export class AdmissionAnswer {
  @IsInt() policy!: number;
  @IsBoolean() inPlace!: boolean;
  @IsString({ each: true }) segments!: string[];
  /** When not in place: the segment that is silent, and since when. */
  @IsOptional() @IsString() reason?: string;
}
