import type {
  BiosSetting,
  FirmwareComponent,
  InterfaceKind,
  JsonObject,
  PowerState,
  PropertyDeclaration,
} from '@bessemer/contracts';
import type { CallContext, StepContext } from './context.js';
import type { StepOutcome } from './outcome.js';
import type { Step, StepReference } from './step.js';

/**
 * One implementation of an interface. Everything else (validation, driver properties, masking, documentation) is
 * derived from what it declares.
 */
export interface Implementation {
  readonly kind: InterfaceKind;
  readonly name: string;
  /** `driver_info` and `instance_info` properties that it reads. */
  readonly properties: readonly PropertyDeclaration[];
  readonly steps: readonly Step[];
  /** Throws `invalid` or `unsupported` when the node's data do not allow it to work; touches no hardware. */
  validate(context: CallContext): Promise<void>;
  /** Ends what it keeps open, such as sessions, when the conductor stops. Throws what could not be ended. */
  stop?(): Promise<void>;
}

/** Power of a machine. */
export interface PowerInterface extends Implementation {
  readonly kind: 'power';
  /** Targets that it takes: `power on`, `power off`, `rebooting`, `soft rebooting`, `soft power off`. */
  readonly supportedTargets: readonly string[];
  /** Whether `getPowerState` asks the machine; an interface that repeats the record cannot be waited on. */
  readonly readsHardware: boolean;
  getPowerState(context: CallContext): Promise<PowerState | null>;
  /** Sets and waits until it is so, at most `timeout` seconds; throws `hardware-failure`. */
  setPowerState(context: CallContext, target: string, timeout: number): Promise<void>;
}

/** A virtual media device of a machine, as the API shows it (reference: api.md §2.9). */
export interface VirtualMediaDevice {
  /** What can be inserted, in the names that BMCs use: `CD`, `DVD`, `USBStick`, `Floppy`. */
  readonly media_types: readonly string[];
  readonly inserted: boolean;
  /** URL of what is inserted, without credentials. */
  readonly image: string | null;
}

/** An image to be inserted. */
export interface VirtualMediaAttachment {
  /** `cdrom`, `disk` or `floppy`. */
  readonly deviceType: string;
  /** May hold credentials; must reach no log. */
  readonly imageUrl: string;
  /** `http`: the BMC fetches it itself; `local`: from a copy of the conductor's. */
  readonly downloadSource: string;
}

/** Boot device, boot mode, sensors and the like. */
export interface ManagementInterface extends Implementation {
  readonly kind: 'management';
  getSupportedBootDevices(context: CallContext): Promise<string[]>;
  getBootDevice(context: CallContext): Promise<{ boot_device: string | null; persistent: boolean | null }>;
  setBootDevice(context: CallContext, device: string, persistent: boolean): Promise<void>;
  injectNmi?(context: CallContext): Promise<void>;
  /** Indicators by component, each with the states that it takes: `{system: {led: {readonly, states}}}`. */
  getIndicators?(context: CallContext): Promise<JsonObject>;
  /** The state of one indicator. */
  getIndicatorState?(context: CallContext, component: string, indicator: string): Promise<string>;
  /** Sets an indicator to `on`, `off` or `blinking`. */
  setIndicatorState?(context: CallContext, component: string, indicator: string, state: string): Promise<void>;
  /** Sets how the machine boots: `bios` or `uefi`. */
  setBootMode?(context: CallContext, mode: string): Promise<void>;
  setSecureBoot?(context: CallContext, on: boolean): Promise<void>;
  getVirtualMedia?(context: CallContext): Promise<readonly VirtualMediaDevice[]>;
  /** Inserts an image; gives the values of `driver_internal_info` to be kept, where the machine does not know by itself. */
  attachVirtualMedia?(context: CallContext, attachment: VirtualMediaAttachment): Promise<JsonObject | undefined>;
  /** Empties every device of the types; gives the same as {@link attachVirtualMedia}. */
  detachVirtualMedia?(context: CallContext, deviceTypes: readonly string[]): Promise<JsonObject | undefined>;
}

/** How a machine gets its ramdisk or its instance. */
export interface BootInterface extends Implementation {
  readonly kind: 'boot';
  /** Whether it can boot a ramdisk that Bessemer chooses. */
  readonly bootsRamdisk: boolean;
  /** Makes the next power-on boot the ramdisk. */
  prepareRamdisk(context: StepContext): Promise<void>;
  cleanUpRamdisk(context: StepContext): Promise<void>;
  prepareInstance(context: StepContext): Promise<void>;
  cleanUpInstance(context: StepContext): Promise<void>;
}

/** How an operating system gets onto the machine. Its deploy steps are in `steps`. */
export interface DeployInterface extends Implementation {
  readonly kind: 'deploy';
  /** Before the deploy steps; a wait or failure of it is the task's. */
  prepare(context: StepContext): Promise<StepOutcome>;
  /** After a failed or aborted deploy. */
  cleanUp(context: StepContext): Promise<StepOutcome>;
  tearDown(context: StepContext): Promise<StepOutcome>;
  takeOver(context: StepContext): Promise<StepOutcome>;
  /** Boots what in-band clean steps need and answers `wait`; `done` when none is needed. Resumed, it answers with the in-band steps in `then`. */
  prepareCleaning(context: StepContext): Promise<StepOutcome>;
  tearDownCleaning(context: StepContext): Promise<StepOutcome>;
  prepareService(context: StepContext): Promise<StepOutcome>;
  tearDownService(context: StepContext): Promise<StepOutcome>;
  /**
   * The step that runs an in-band step: one of any interface that nobody declares and that was named in `then`.
   * Out-of-band steps win over in-band ones of the same name. Absent where no agent is used.
   */
  inBandStep?(reference: StepReference): Step;
}

/** How the hardware of a machine is learned. */
export interface InspectInterface extends Implementation {
  readonly kind: 'inspect';
  inspect(context: StepContext): Promise<StepOutcome>;
  /** After an abort, a time-out or a failure. */
  abort(context: StepContext): Promise<StepOutcome>;
}

/** A way into a machine whose operating system is broken. */
export interface RescueInterface extends Implementation {
  readonly kind: 'rescue';
  rescue(context: StepContext): Promise<StepOutcome>;
  unrescue(context: StepContext): Promise<StepOutcome>;
  cleanUp(context: StepContext): Promise<StepOutcome>;
}

/** BIOS settings. */
export interface BiosInterface extends Implementation {
  readonly kind: 'bios';
  /**
   * All settings as they stand on the machine, undefined when the record has them already; absent where none can be
   * read. Asks for leave as any call does.
   */
  readSettings?(context: StepContext): Promise<BiosSetting[] | undefined>;
}

/** Firmware of the machine's parts. */
export interface FirmwareInterface extends Implementation {
  readonly kind: 'firmware';
  /** All components as they stand on the machine; absent where none can be read. Asks for leave as any call does. */
  readComponents?(context: StepContext): Promise<FirmwareComponent[]>;
}

/** RAID. */
export interface RaidInterface extends Implementation {
  readonly kind: 'raid';
  /** Properties of a logical disk, name to help text. */
  readonly logicalDiskProperties: Record<string, string>;
}

/** Serial or graphical console. */
export interface ConsoleInterface extends Implementation {
  readonly kind: 'console';
  getConsole(context: CallContext): Promise<JsonObject>;
  startConsole?(context: CallContext): Promise<void>;
  stopConsole?(context: CallContext): Promise<void>;
}

/** Methods beyond the others, called by name. */
export interface VendorInterface extends Implementation {
  readonly kind: 'vendor';
  readonly methods: Record<
    string,
    { description: string; async: boolean; http_methods: string[]; attach: boolean; require_exclusive_lock: boolean }
  >;
  call(context: CallContext, method: string, args: JsonObject): Promise<unknown>;
}

/** Networks of a machine. */
export interface NetworkInterface extends Implementation {
  readonly kind: 'network';
  addInspectionNetwork(context: StepContext): Promise<void>;
  removeInspectionNetwork(context: StepContext): Promise<void>;
  addProvisioningNetwork(context: StepContext): Promise<void>;
  removeProvisioningNetwork(context: StepContext): Promise<void>;
  addCleaningNetwork(context: StepContext): Promise<void>;
  removeCleaningNetwork(context: StepContext): Promise<void>;
  configureTenantNetworks(context: StepContext): Promise<void>;
  unconfigureTenantNetworks(context: StepContext): Promise<void>;
}

/** The implementations of one node, by interface kind. Storage has validation alone as yet. */
export interface Interfaces {
  bios: BiosInterface;
  boot: BootInterface;
  console: ConsoleInterface;
  deploy: DeployInterface;
  firmware: FirmwareInterface;
  inspect: InspectInterface;
  management: ManagementInterface;
  network: NetworkInterface;
  power: PowerInterface;
  raid: RaidInterface;
  rescue: RescueInterface;
  storage: Implementation;
  vendor: VendorInterface;
}
