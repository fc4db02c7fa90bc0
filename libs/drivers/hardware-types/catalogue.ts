import type { InterfaceKind } from '@bessemer/contracts';
import { AgentInspect } from '../agent/inspect.js';
import { AgentPower } from '../agent/power.js';
import { AgentRaid } from '../agent/raid.js';
import { AgentRescue } from '../agent/rescue.js';
import type { Interfaces } from '../core/interfaces.js';
import { DirectDeploy } from '../direct/deploy.js';
import { FakeBios } from '../fake/bios.js';
import { FakeBoot } from '../fake/boot.js';
import { FakeConsole } from '../fake/console.js';
import { FakeDeploy } from '../fake/deploy.js';
import { FakeFirmware } from '../fake/firmware.js';
import { FakeInspect } from '../fake/inspect.js';
import { FakeLatency } from '../fake/latency.js';
import { FakeManagement } from '../fake/management.js';
import { FakePower } from '../fake/power.js';
import { FakeRaid } from '../fake/raid.js';
import { FakeRescue } from '../fake/rescue.js';
import { FakeStorage } from '../fake/storage.js';
import { FakeVendor } from '../fake/vendor.js';
import { IpmitoolConsole } from '../ipmitool/console.js';
import { Ipmitool } from '../ipmitool/ipmitool.js';
import { IpmitoolManagement } from '../ipmitool/management.js';
import { IpmitoolPower } from '../ipmitool/power.js';
import { IpmitoolVendor } from '../ipmitool/vendor.js';
import { NoBios, NoConsole, NoFirmware, NoInspect, NoRaid, NoRescue, NoVendor } from '../no-interface/no-interface.js';
import { NoopManagement } from '../noop/management.js';
import { StaticNetwork } from '../noop/network.js';
import { NoopStorage } from '../noop/storage.js';
import { NetworkBoot } from '../pxe/boot.js';
import { RamdiskDeploy } from '../ramdisk/deploy.js';
import { RedfishBios } from '../redfish/bios.js';
import { VirtualMediaBoot } from '../redfish/boot.js';
import { RedfishFirmware } from '../redfish/firmware.js';
import { RedfishInspect } from '../redfish/inspect.js';
import { RedfishManagement } from '../redfish/management.js';
import { RedfishPower } from '../redfish/power.js';
import { RedfishRaid } from '../redfish/raid.js';
import { Redfish } from '../redfish/redfish.js';
import { RedfishVendor } from '../redfish/vendor.js';

/** Every implementation that exists, by kind. */
export type Catalogue = { readonly [Kind in InterfaceKind]: readonly Interfaces[Kind][] };

/** What implementations are made with. */
export interface CatalogueOptions {
  /** Milliseconds that each action of a simulated machine takes. */
  fakeDelayMs: number;
  /** The `ipmitool` program. */
  ipmitoolPath: string;
  /** A folder for files that live for a moment, such as those that hand over a password. */
  workDir: string;
  now: () => Date;
  /** Milliseconds that a BMC which speaks Redfish may take for one answer; 15 s unless given. */
  redfishAnswerTimeoutMs?: number;
  /** Milliseconds between two looks of a step at a machine that changes in its own time; 10 s unless given. */
  redfishLookMs?: number;
}

/** Makes one object of each implementation, to be shared by all nodes. */
export function createCatalogue(options: CatalogueOptions): Catalogue {
  const fake = new FakeLatency(options.fakeDelayMs);
  const ipmitool = new Ipmitool(options.ipmitoolPath, options.workDir);
  const ipmiManagement = new IpmitoolManagement(ipmitool);
  const redfish = new Redfish(options.redfishAnswerTimeoutMs, options.redfishLookMs);
  return {
    bios: [new NoBios(), new RedfishBios(redfish), new FakeBios(fake)],
    boot: [new NetworkBoot('pxe'), new NetworkBoot('ipxe'), new VirtualMediaBoot(redfish), new FakeBoot(fake)],
    console: [new NoConsole(), new FakeConsole(fake), new IpmitoolConsole()],
    deploy: [new RamdiskDeploy(), new FakeDeploy(fake), new DirectDeploy()],
    firmware: [new NoFirmware(), new RedfishFirmware(redfish), new FakeFirmware(fake)],
    inspect: [
      new NoInspect(),
      new FakeInspect(fake),
      new RedfishInspect(redfish),
      new AgentInspect('inspector'),
      new AgentInspect('agent'),
    ],
    management: [new NoopManagement(), ipmiManagement, new RedfishManagement(redfish), new FakeManagement(fake)],
    network: [new StaticNetwork('noop'), new StaticNetwork('flat')],
    power: [
      new FakePower(fake),
      new IpmitoolPower(ipmitool, ipmiManagement, options.now),
      new RedfishPower(redfish, options.now),
      new AgentPower(),
    ],
    raid: [new NoRaid(), new FakeRaid(fake), new RedfishRaid(redfish), new AgentRaid()],
    rescue: [new NoRescue(), new FakeRescue(fake), new AgentRescue()],
    storage: [new NoopStorage(), new FakeStorage()],
    vendor: [new FakeVendor(fake), new IpmitoolVendor(ipmitool), new RedfishVendor(redfish), new NoVendor()],
  };
}
