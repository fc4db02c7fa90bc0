import type { Answer } from './answer.js';
import type { SimulatedSystem } from './simulated-system.js';

const link = (path: string) => ({ '@odata.id': path });

/** The service root. */
export const rootResource = () => ({
  ...link('/redfish/v1/'),
  RedfishVersion: '1.15.0',
  Systems: link('/redfish/v1/Systems'),
  Chassis: link('/redfish/v1/Chassis'),
  Managers: link('/redfish/v1/Managers'),
  UpdateService: link('/redfish/v1/UpdateService'),
  EventService: link('/redfish/v1/EventService'),
  Registries: link('/redfish/v1/Registries'),
  Links: { Sessions: link('/redfish/v1/SessionService/Sessions') },
});

/** A collection of resources. */
export const collectionResource = (path: string, members: readonly string[]) => ({
  ...link(path),
  'Members@odata.count': members.length,
  Members: members.map(link),
});

/** A collection of these members, or one of them; undefined for anything else. */
export function memberAnswer(
  asked: string,
  path: string,
  members: readonly Readonly<Record<string, unknown>>[],
): Answer | undefined {
  if (asked === `GET ${path}`)
    return {
      body: collectionResource(
        path,
        members.map((_, index) => `${path}/${index}`),
      ),
    };
  const index = asked.startsWith(`GET ${path}/`) ? Number(asked.slice(`GET ${path}/`.length)) : -1;
  const found = members[index];
  return found === undefined ? undefined : { body: { '@odata.id': `${path}/${index}`, Id: String(index), ...found } };
}

/** The BMC itself. */
export const managerResource = (version: string | undefined) => ({
  ...link('/redfish/v1/Managers/BMC'),
  ...{ Id: 'BMC', ManagerType: 'BMC', Model: 'Simulated BMC', FirmwareVersion: version },
  VirtualMedia: link('/redfish/v1/Managers/BMC/VirtualMedia'),
});

function bootProgressOf(system: SimulatedSystem): object {
  const state = system.readStart();
  return system.options.showsBootProgress === true ? { BootProgress: { LastState: state } } : {};
}

/** A machine. */
export function systemResource(system: SimulatedSystem) {
  const { path, options } = system;
  return {
    ...link(path),
    Id: options.id,
    ...system.hardware.shown,
    BiosVersion: system.updates.versions['bios'],
    PowerState: system.readPower(),
    ...bootProgressOf(system),
    ...system.light.show(),
    Boot: {
      BootSourceOverrideTarget: system.bootTarget,
      BootSourceOverrideEnabled: system.bootEnabled,
      BootSourceOverrideMode: system.bootMode,
      'BootSourceOverrideTarget@Redfish.AllowableValues': system.bootTargets,
    },
    SecureBoot: link(`${path}/SecureBoot`),
    ...(options.hasBios === false ? {} : { Bios: link(system.bios.path) }),
    Links: { Chassis: [link(system.chassisPath)], ManagedBy: [link('/redfish/v1/Managers/BMC')] },
    Actions: {
      '#ComputerSystem.Reset': {
        target: `${path}/Actions/ComputerSystem.Reset`,
        ...(options.describesResets === true
          ? { '@Redfish.ActionInfo': `${path}/ResetActionInfo` }
          : { 'ResetType@Redfish.AllowableValues': system.resetTypes }),
      },
    },
  };
}

/** The description of a machine's reset. */
export const resetInfoResource = (system: SimulatedSystem) => ({
  ...link(`${system.path}/ResetActionInfo`),
  Parameters: [{ Name: 'ResetType', Required: true, AllowableValues: system.resetTypes }],
});

/** The secure boot of a machine. */
export const secureBootResource = (system: SimulatedSystem) => ({
  ...link(`${system.path}/SecureBoot`),
  SecureBootEnable: system.secureBoot,
});

/** The chassis of a machine. */
export const chassisResource = (system: SimulatedSystem) => ({
  ...link(system.chassisPath),
  Id: `chassis-${system.options.id}`,
  NetworkAdapters: link(`${system.chassisPath}/NetworkAdapters`),
  ...system.chassisLight.show(),
});

/** The network adapters of a machine: one. */
export function adapterAnswer(asked: string, system: SimulatedSystem): Answer | undefined {
  const controller = { FirmwarePackageVersion: system.updates.versions['nic'] };
  return memberAnswer(asked, `${system.chassisPath}/NetworkAdapters`, [
    { Id: 'slot-1', Manufacturer: 'Acme', Model: '25G', SerialNumber: 'N-1', Controllers: [controller] },
  ]);
}
