import { hostname } from 'node:os';
import { type ServiceSettings, type SettingDefinitions, serviceSettings } from '@bessemer/settings';

/** What a conductor is told by its environment. Durations are milliseconds. */
export interface ConductorSettings extends ServiceSettings {
  host: string;
  group: string;
  hardwareTypes: string[];
  fakeDelay: number;
  sealingKeysFile: string;
  publicUrl: string;
  inspectorUrl: string;
  ipmitool: string;
  workDir: string;
  concurrentTasks: number;
  automatedClean: boolean;
  powerOffAfterDeployFailure: boolean;
  cleanStepPriorities: string[];
  deployTimeout: number;
  cleanTimeout: number;
  inspectTimeout: number;
  rescueTimeout: number;
  serviceTimeout: number;
  softPowerOffTimeout: number;
  powerStateChangeTimeout: number;
  lockedNodeTimeout: number;
}

const halfAnHour = 1_800_000;

/** The settings of `apps/conductor`; time-outs have Ironic's defaults (reference: states.md §9). */
export const conductorSettings: SettingDefinitions<ConductorSettings> = {
  ...serviceSettings('conductor'),
  host: {
    variable: 'BESSEMER_CONDUCTOR_HOST',
    type: 'string',
    default: hostname(),
    help: 'The name under which this conductor is announced and owns tasks.',
  },
  group: {
    variable: 'BESSEMER_CONDUCTOR_GROUP',
    type: 'string',
    default: '',
    help: 'Serves the nodes of this conductor group.',
  },
  hardwareTypes: {
    variable: 'BESSEMER_HARDWARE_TYPES',
    type: 'list',
    default: ['fake-hardware', 'ipmi', 'manual-management', 'redfish'],
    help: 'Hardware types that it serves.',
  },
  fakeDelay: {
    variable: 'BESSEMER_FAKE_DELAY',
    type: 'duration',
    default: 0,
    help: 'How long each step of fake-hardware takes.',
  },
  sealingKeysFile: {
    variable: 'BESSEMER_SEALING_KEYS_FILE',
    type: 'string',
    help: 'JSON file (0600) with the private keys that open sealed secrets.',
  },
  publicUrl: {
    variable: 'BESSEMER_PUBLIC_URL',
    type: 'string',
    default: 'http://127.0.0.1:6385',
    help: 'The api as booted ramdisks reach it.',
  },
  inspectorUrl: {
    variable: 'BESSEMER_INSPECTOR_URL',
    type: 'string',
    default: 'http://127.0.0.1:5050',
    help: 'The inspector as booted ramdisks reach it.',
  },
  ipmitool: { variable: 'BESSEMER_IPMITOOL', type: 'string', default: 'ipmitool', help: 'The program to run.' },
  workDir: {
    variable: 'BESSEMER_WORK_DIR',
    type: 'string',
    default: '/tmp',
    help: 'Folder for short-lived files, such as those that hand a password to ipmitool.',
  },
  concurrentTasks: {
    variable: 'BESSEMER_CONCURRENT_TASKS',
    type: 'integer',
    default: 50,
    help: 'How many tasks of a lane this conductor works on at once; more wait their turn.',
  },
  automatedClean: {
    variable: 'BESSEMER_AUTOMATED_CLEAN',
    type: 'boolean',
    default: true,
    help: 'Whether nodes are cleaned that do not say so themselves.',
  },
  powerOffAfterDeployFailure: {
    variable: 'BESSEMER_POWER_OFF_AFTER_DEPLOY_FAILURE',
    type: 'boolean',
    default: true,
    help: 'Whether a machine is powered off when its deployment has failed.',
  },
  cleanStepPriorities: {
    variable: 'BESSEMER_CLEAN_STEP_PRIORITIES',
    type: 'list',
    default: [],
    help: 'Priorities of automated clean steps that replace the declared ones, as interface.step:priority.',
  },
  deployTimeout: {
    variable: 'BESSEMER_DEPLOY_CALLBACK_TIMEOUT',
    type: 'duration',
    default: halfAnHour,
    help: 'How long a deployment waits for its ramdisk.',
  },
  cleanTimeout: {
    variable: 'BESSEMER_CLEAN_CALLBACK_TIMEOUT',
    type: 'duration',
    default: halfAnHour,
    help: 'How long cleaning waits for its ramdisk.',
  },
  inspectTimeout: {
    variable: 'BESSEMER_INSPECT_WAIT_TIMEOUT',
    type: 'duration',
    default: halfAnHour,
    help: 'How long an inspection waits for its result.',
  },
  rescueTimeout: {
    variable: 'BESSEMER_RESCUE_CALLBACK_TIMEOUT',
    type: 'duration',
    default: halfAnHour,
    help: 'How long a rescue waits for its ramdisk.',
  },
  serviceTimeout: {
    variable: 'BESSEMER_SERVICE_CALLBACK_TIMEOUT',
    type: 'duration',
    default: halfAnHour,
    help: 'How long service waits for its ramdisk.',
  },
  softPowerOffTimeout: {
    variable: 'BESSEMER_SOFT_POWER_OFF_TIMEOUT',
    type: 'duration',
    default: 600_000,
    help: 'How long an operating system may take to shut down.',
  },
  powerStateChangeTimeout: {
    variable: 'BESSEMER_POWER_STATE_CHANGE_TIMEOUT',
    type: 'duration',
    default: 60_000,
    help: 'How long a change of power may take.',
  },
  lockedNodeTimeout: {
    variable: 'BESSEMER_LOCKED_NODE_TIMEOUT',
    type: 'duration',
    default: 300_000,
    help: 'How long a step waits for a child or parent node that somebody else works on.',
  },
};
