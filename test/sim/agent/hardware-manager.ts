/** Which of a node's processes a step belongs to. */
export type StepKind = 'clean' | 'deploy' | 'service';

/** A step as the agent offers it, in the contract's names. */
export interface OfferedStep {
  readonly step: string;
  readonly priority: number;
  readonly interface: 'deploy' | 'raid';
  readonly reboot_requested: boolean;
  readonly abortable?: boolean;
  readonly argsinfo?: Readonly<Record<string, unknown>> | null;
}

/** The agent's class that offers the steps, and the name of its version. */
export const managerClass = 'GenericHardwareManager';
export const managerName = 'generic_hardware_manager';

const imageArguments = {
  image_info: { description: 'A dictionary with the image and its checksums.', required: true },
  configdrive: { description: 'A string containing the location of the config drive.', required: false },
};

const burnin = ['cpu', 'gpu', 'disk', 'memory', 'network'].map((part) => `burnin_${part}`);

/** @returns the steps that the generic hardware manager offers for a process, as its documentation lists them. */
export function offeredSteps(kind: StepKind): OfferedStep[] {
  if (kind === 'clean') {
    return [
      cleanStep('erase_devices', 10),
      cleanStep('erase_devices_metadata', 99),
      cleanStep('erase_devices_express', 0),
      cleanStep('erase_pstore', 0),
      cleanStep('clean_uefi_nvram', 0),
      cleanStep('delete_configuration', 0, 'raid'),
      cleanStep('create_configuration', 0, 'raid'),
      ...burnin.map((name) => cleanStep(name, 0)),
    ];
  }
  if (kind === 'deploy') {
    return [
      plainStep('erase_devices_metadata'),
      plainStep('apply_configuration', 'raid'),
      plainStep('clean_uefi_nvram'),
      plainStep('write_image', 'deploy', imageArguments),
      plainStep('inject_files'),
    ];
  }
  return [
    ...['delete_configuration', 'apply_configuration', 'create_configuration'].map((name) => plainStep(name, 'raid')),
    ...burnin.filter((name) => name !== 'burnin_disk').map((name) => plainStep(name)),
    plainStep('write_image', 'deploy', imageArguments),
    plainStep('inject_files'),
  ];
}

function cleanStep(step: string, priority: number, ofInterface: OfferedStep['interface'] = 'deploy'): OfferedStep {
  return { step, priority, interface: ofInterface, reboot_requested: false, abortable: true };
}

function plainStep(
  step: string,
  ofInterface: OfferedStep['interface'] = 'deploy',
  argsinfo: OfferedStep['argsinfo'] = null,
): OfferedStep {
  return { step, priority: 0, interface: ofInterface, reboot_requested: false, argsinfo };
}
