import { AgentError, VersionMismatch } from '../agent-error.js';
import type { AgentExtension, CommandParameters } from '../command-runner.js';
import type { Print } from '../console.js';
import type { Disk } from '../disk.js';
import { managerClass, managerName, offeredSteps, type StepKind } from '../hardware-manager.js';
import type { ImageInfo } from '../image-checksum.js';
import type { ImageWriter } from '../image-writer.js';

/** What the steps of a process work on. */
export interface StepTools {
  readonly disk: Disk;
  readonly writer: ImageWriter;
  readonly print: Print;
  /** The version of the hardware manager as it is now. */
  readonly managerVersion: () => string;
}

const errorTypes: Readonly<Record<StepKind, string>> = {
  clean: 'CleaningError',
  deploy: 'DeploymentError',
  service: 'ServicingError',
};

type StepArguments = Readonly<Record<string, unknown>>;

/**
 * The extension of one process: `get_<kind>_steps` and `execute_<kind>_step`.
 * @param kind `clean`, `deploy` or `service`.
 */
export function stepExtension(kind: StepKind, tools: StepTools): AgentExtension {
  const versions = (): Record<string, string> => ({ [managerName]: tools.managerVersion() });
  return {
    [`get_${kind}_steps`]: {
      isSync: true,
      needs: ['node', 'ports'],
      run: async () => ({
        [`${kind}_steps`]: { [managerClass]: offeredSteps(kind) },
        hardware_manager_version: versions(),
      }),
    },
    [`execute_${kind}_step`]: {
      isSync: false,
      needs: ['step', 'node', 'ports'],
      run: async (parameters) => {
        refuseOtherVersions(parameters[`${kind}_version`], versions());
        const value = await execute(kind, parameters, tools);
        return { [`${kind}_result`]: value ?? null, [`${kind}_step`]: parameters.step };
      },
    },
  };
}

function refuseOtherVersions(given: unknown, own: Readonly<Record<string, string>>): void {
  if (given === undefined || given === null) {
    return;
  }
  const wanted = given as Record<string, string>;
  if (Object.entries(own).some(([name, version]) => wanted[name] !== version)) {
    throw new VersionMismatch(own, wanted);
  }
}

async function execute(kind: StepKind, parameters: CommandParameters, tools: StepTools): Promise<unknown> {
  const step = parameters.step as { interface?: string; step?: string; args?: StepArguments | null };
  const offered = offeredSteps(kind).find((one) => one.step === step.step && one.interface === step.interface);
  if (offered === undefined) {
    throw new AgentError(
      errorTypes[kind],
      500,
      `Error performing ${kind} step`,
      `no hardware manager has the step ${step.interface}.${step.step}`,
    );
  }
  const args = step.args ?? {};
  switch (offered.step) {
    case 'erase_devices':
      return tools.disk.erase();
    case 'erase_devices_metadata':
      return tools.disk.eraseMetadata();
    case 'erase_devices_express':
      await tools.disk.eraseMetadata();
      return tools.disk.erase();
    case 'write_image':
      return tools.writer.write(requireImage(args), args.configdrive);
    case 'create_configuration':
    case 'apply_configuration':
      return raidConfiguration(parameters);
    default:
      tools.print('step has nothing to do on a simulated machine', { step: offered.step });
      return null;
  }
}

function requireImage(args: StepArguments): ImageInfo {
  if (typeof args.image_info !== 'object' || args.image_info === null) {
    throw new AgentError(
      'InvalidCommandParamsError',
      400,
      'Invalid command parameters',
      'write_image needs the argument image_info',
    );
  }
  return args.image_info as ImageInfo;
}

function raidConfiguration(parameters: CommandParameters): unknown {
  const node = parameters.node as { target_raid_config?: unknown } | null;
  return node?.target_raid_config ?? {};
}
