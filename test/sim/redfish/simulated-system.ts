import type { RedfishFaults } from './faults.js';
import { RedfishRefusal } from './refusal.js';
import { SimulatedBios } from './simulated-bios.js';
import { type HardwareParts, SimulatedHardware } from './simulated-hardware.js';
import type { SimulatedUpdates } from './simulated-updates.js';

/** What a machine behind a simulated BMC is made of. */
export interface SystemOptions {
  readonly id: string;
  /** Words of `BootSourceOverrideTarget` that it takes. */
  readonly bootTargets?: readonly string[];
  /** Words of `ResetType` that it takes. */
  readonly resetTypes?: readonly string[];
  /** Whether the reset types are found at the action's description instead of in the action. */
  readonly describesResets?: boolean;
  /** Whether its lights have only the newer property, which knows no blinking. */
  readonly hasNewLights?: boolean;
  /** How often the power state is read before a change has happened. */
  readonly readsUntilSettled?: number;
  /** How often the machine is read before it has started and its BIOS has taken what was left for it. */
  readonly readsUntilStarted?: number;
  /** Whether it tells how far its start has come. */
  readonly showsBootProgress?: boolean;
  /** Whether its BIOS settings are shown; they are unless said otherwise. */
  readonly hasBios?: boolean;
  /** What it is made of, where that is not ordinary. */
  readonly hardware?: Partial<HardwareParts>;
}

const defaultTargets = ['None', 'Pxe', 'Hdd', 'Cd', 'BiosSetup', 'UefiHttp'];
const defaultResets = ['On', 'ForceOff', 'GracefulShutdown', 'GracefulRestart', 'ForceRestart', 'Nmi'];

/** A light in both of the standard's forms. */
export class SimulatedLight {
  private word = 'Off';

  constructor(private readonly isNew: boolean) {}

  show(): object {
    return this.isNew ? { LocationIndicatorActive: this.word === 'Lit' } : { IndicatorLED: this.word };
  }

  set(name: string, value: unknown): void {
    if (this.isNew && name === 'LocationIndicatorActive') this.word = value === true ? 'Lit' : 'Off';
    else if (!this.isNew && name === 'IndicatorLED') this.word = String(value);
    else
      throw new RedfishRefusal(400, 'PropertyUnknown', `The property ${name} is not in the list of valid properties.`);
  }
}

/** One machine: its power, what it boots from, and what was done to it. */
export class SimulatedSystem {
  power: 'On' | 'Off' = 'Off';
  bootTarget = 'None';
  bootEnabled = 'Disabled';
  bootMode = 'UEFI';
  secureBoot = false;
  readonly light: SimulatedLight;
  readonly chassisLight: SimulatedLight;
  /** Resets that it took, in order. */
  readonly resets: string[] = [];
  /** What it booted from, in order: the override's target, or `None` for the firmware's own order. */
  readonly boots: string[] = [];
  readonly bios: SimulatedBios;
  readonly hardware: SimulatedHardware;
  private revision = 1;
  private startReadsLeft: number | undefined;
  private changing: { to: 'On' | 'Off'; readsLeft: number } | undefined;

  constructor(
    readonly options: SystemOptions,
    faults: RedfishFaults,
    readonly updates: SimulatedUpdates,
  ) {
    this.hardware = new SimulatedHardware(this.path, options.hardware ?? {}, faults);
    this.bios = new SimulatedBios(`${this.path}/Bios`, faults);
    this.light = new SimulatedLight(options.hasNewLights ?? false);
    this.chassisLight = new SimulatedLight(options.hasNewLights ?? false);
  }

  get path(): string {
    return `/redfish/v1/Systems/${this.options.id}`;
  }

  get chassisPath(): string {
    return `/redfish/v1/Chassis/${this.options.id}`;
  }

  get etag(): string {
    return `W/"${this.revision}"`;
  }

  get bootTargets(): readonly string[] {
    return this.options.bootTargets ?? defaultTargets;
  }

  get resetTypes(): readonly string[] {
    return this.options.resetTypes ?? defaultResets;
  }

  /** Somebody else changes the machine. */
  touch(): void {
    this.revision += 1;
  }

  /** The power state as a reader sees it; reading brings a change that is under way nearer to its end. */
  readPower(): string {
    if (this.changing === undefined) return this.power;
    const { to, readsLeft } = this.changing;
    if (readsLeft > 0) {
      this.changing = { to, readsLeft: readsLeft - 1 };
      return to === 'On' ? 'PoweringOn' : 'PoweringOff';
    }
    this.power = to;
    this.changing = undefined;
    return to;
  }

  /** How far the start has come; reading brings it nearer to its end. */
  readStart(): string {
    if (this.power === 'Off') return 'None';
    if (this.startReadsLeft === undefined) return 'OSRunning';
    this.startReadsLeft -= 1;
    if (this.startReadsLeft >= 0) return 'MemoryInitializationStarted';
    this.startReadsLeft = undefined;
    this.bios.start();
    this.hardware.raid.start();
    this.updates.start();
    return 'OSRunning';
  }

  /** Does a reset; `isDeaf` takes it without an effect. */
  reset(type: string, isDeaf: boolean): void {
    if (!this.resetTypes.includes(type))
      throw new RedfishRefusal(400, 'ActionParameterNotSupported', `The parameter ResetType=${type} is not supported.`);
    this.resets.push(type);
    if (isDeaf || type === 'Nmi') return;
    if (type === 'ForceOff' || type === 'GracefulShutdown') {
      this.startReadsLeft = undefined;
      this.change('Off');
    } else {
      this.boot();
      if (this.power === 'Off') this.change('On');
    }
  }

  patch(body: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(body))
      if (name === 'Boot') this.patchBoot(value as Record<string, unknown>);
      else this.light.set(name, value);
    this.touch();
  }

  private patchBoot(boot: Record<string, unknown>): void {
    const { BootSourceOverrideTarget: target, BootSourceOverrideEnabled: enabled, BootSourceOverrideMode: mode } = boot;
    if (typeof target === 'string' && !this.bootTargets.includes(target))
      throw new RedfishRefusal(400, 'PropertyValueNotInList', `The value ${target} is not in the list of values.`);
    this.bootTarget = typeof target === 'string' ? target : this.bootTarget;
    this.bootEnabled = typeof enabled === 'string' ? enabled : this.bootEnabled;
    this.bootMode = typeof mode === 'string' ? mode : this.bootMode;
  }

  private boot(): void {
    this.startReadsLeft = this.options.readsUntilStarted ?? 1;
    this.boots.push(this.bootEnabled === 'Disabled' ? 'None' : this.bootTarget);
    if (this.bootEnabled !== 'Once') return;
    this.bootEnabled = 'Disabled';
    this.bootTarget = 'None';
    this.touch();
  }

  private change(to: 'On' | 'Off'): void {
    this.changing = { to, readsLeft: this.options.readsUntilSettled ?? 1 };
  }
}
