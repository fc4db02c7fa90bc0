import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, type MachineDescription, type MachineSize } from '../machine/machine-description.js';
import { MachineFolder } from '../machine/machine-folder.js';

/** How the simulated agent behaves; everything that a real one learns from its kernel is in {@link BootParameters}. */
export interface AgentOptions {
  /** Time between start and first request, as firmware and kernel would take it. */
  readonly bootDelayMs: number;
  /** Port of the agent's API on loopback; 0 takes a free one. */
  readonly port: number;
  /** Plain HTTP instead of HTTPS with a self-signed certificate. */
  readonly plainHttp: boolean;
  /** Seconds between heartbeats; null follows the API's heartbeat_timeout as the real agent does. */
  readonly heartbeatIntervalS: number | null;
  /** Factor on every wait of the protocol (back-off, retries); 1 is the real agent. */
  readonly timeScale: number;
  /** Seconds after which the agent gives up its look-up. */
  readonly lookupTimeoutS: number;
  /** The version of the generic hardware manager. */
  readonly hardwareManagerVersion: string;
}

/** The kernel parameters that the agent understands, from the machine's boot.json. */
export interface BootParameters {
  readonly apiUrls: readonly string[];
  readonly inspectionCallbackUrl: string | null;
  readonly agentToken: string | null;
  readonly heartbeatIntervalS: number | null;
  /** Do not verify the API's certificate. */
  readonly insecure: boolean;
}

/** Everything that an agent starts with. */
export interface AgentConfiguration {
  readonly folder: MachineFolder;
  readonly machine: MachineDescription;
  readonly options: AgentOptions;
  readonly boot: BootParameters;
}

/** The content of a machine.json. */
export interface MachineFile {
  readonly machine: MachineSize | MachineDescription;
  readonly agent?: Partial<AgentOptions>;
}

const defaults: AgentOptions = {
  bootDelayMs: 0,
  port: 0,
  plainHttp: false,
  heartbeatIntervalS: null,
  timeScale: 1,
  lookupTimeoutS: 600,
  hardwareManagerVersion: '1.2',
};

/**
 * Reads the agent's command line, the machine file it names, and the boot.json beside that.
 * @param args the arguments after the program's name; `--config FILE` is needed, the others override it.
 * @throws Error when an argument is unknown or malformed, or the machine file is missing or describes no machine.
 */
export function readAgentConfiguration(args: readonly string[]): AgentConfiguration {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      'api-url': { type: 'string' },
      'inspection-callback-url': { type: 'string' },
      'agent-token': { type: 'string' },
      'heartbeat-interval': { type: 'string' },
      'boot-delay-ms': { type: 'string' },
      port: { type: 'string' },
      'plain-http': { type: 'boolean' },
      'time-scale': { type: 'string' },
      'lookup-timeout': { type: 'string' },
    },
  });
  if (values.config === undefined) {
    throw new Error('--config FILE is needed: the machine that the agent runs on');
  }
  const path = resolve(values.config);
  const folder = new MachineFolder(dirname(path));
  const file = JSON.parse(readFileSync(path, 'utf8')) as MachineFile;
  const boot = readBootParameters(folder);
  const number = (text: string | undefined, name: string): number | undefined => {
    if (text === undefined) {
      return undefined;
    }
    const value = Number(text);
    if (!(value >= 0)) {
      throw new Error(`--${name} must be a number, not ${text}`);
    }
    return value;
  };
  const fromFile = { ...defaults, ...file.agent };
  return {
    folder,
    machine: 'disks' in file.machine ? file.machine : describeMachine(file.machine),
    options: {
      ...fromFile,
      bootDelayMs: number(values['boot-delay-ms'], 'boot-delay-ms') ?? fromFile.bootDelayMs,
      port: number(values.port, 'port') ?? fromFile.port,
      plainHttp: values['plain-http'] ?? fromFile.plainHttp,
      timeScale: number(values['time-scale'], 'time-scale') ?? fromFile.timeScale,
      lookupTimeoutS: number(values['lookup-timeout'], 'lookup-timeout') ?? fromFile.lookupTimeoutS,
      heartbeatIntervalS:
        number(values['heartbeat-interval'], 'heartbeat-interval') ??
        boot.heartbeatIntervalS ??
        fromFile.heartbeatIntervalS,
    },
    boot: {
      ...boot,
      apiUrls: values['api-url'] === undefined ? boot.apiUrls : splitUrls(values['api-url']),
      inspectionCallbackUrl: values['inspection-callback-url'] ?? boot.inspectionCallbackUrl,
      agentToken: values['agent-token'] ?? boot.agentToken,
    },
  };
}

function readBootParameters(folder: MachineFolder): BootParameters {
  const given = folder.readJson(folder.bootParametersPath) ?? {};
  const parameters = new Map(Object.entries(given).map(([name, value]) => [name, String(value ?? '')]));
  const interval = Number(parameters.get('ipa-heartbeat-interval') || Number.NaN);
  return {
    apiUrls: splitUrls(parameters.get('ipa-api-url') ?? ''),
    inspectionCallbackUrl: parameters.get('ipa-inspection-callback-url') || null,
    agentToken: parameters.get('ipa-agent-token') || null,
    heartbeatIntervalS: Number.isNaN(interval) ? null : interval,
    insecure: ['1', 'true'].includes(parameters.get('ipa-insecure') ?? ''),
  };
}

function splitUrls(list: string): string[] {
  return list
    .split(',')
    .map((url) => url.trim().replace(/\/+$/, ''))
    .filter((url) => url !== '');
}
