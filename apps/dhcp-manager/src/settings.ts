import { type ServiceSettings, type SettingDefinitions, serviceSettings } from '@bessemer/settings';

/** What the dhcp-manager reads from its environment. */
export interface DhcpManagerSettings extends ServiceSettings {
  /** Name of the network segment whose dnsmasq this process manages. */
  segment: string;
  /** What dnsmasq reads as its dhcp-hostsdir; empty: DHCP off. */
  hostsdir: string;
  /** dnsmasq's log; empty: a written file counts as taken. */
  dnsmasqLog: string;
  /** How long an answer waits for the segments, in ms. */
  answerWaitMs: number;
  /** After how long without a word a segment counts no more, in ms. */
  segmentTimeoutMs: number;
  /** How often everything is compared again, in ms. */
  sweepMs: number;
  /** How often the copy of nodes is compared with the api, in ms. */
  nodeSweepMs: number;
  /** How far the clocks of this service's database and of the api may be apart, in ms. */
  clockMarginMs: number;
}

/** The dhcp-manager's settings by name, for {@link DhcpManagerSettings} and for the configuration reference. */
export const settingDefinitions: SettingDefinitions<DhcpManagerSettings> = {
  ...serviceSettings('dhcp'),
  segment: {
    variable: 'BESSEMER_DHCP_SEGMENT',
    type: 'string',
    default: 'default',
    help: 'Name of the network segment whose dnsmasq this process manages.',
  },
  hostsdir: {
    variable: 'BESSEMER_DHCP_HOSTSDIR',
    type: 'string',
    default: '',
    help: 'Folder that dnsmasq reads as its dhcp-hostsdir; empty: DHCP is off, and every admission is in place at once.',
  },
  dnsmasqLog: {
    variable: 'BESSEMER_DNSMASQ_LOG',
    type: 'string',
    default: '',
    help: 'The log file of dnsmasq, in which it tells that it has read a file; empty: a written file counts as taken.',
  },
  answerWaitMs: {
    variable: 'BESSEMER_DHCP_ANSWER_WAIT',
    type: 'duration',
    default: 2000,
    help: 'How long an answer waits until every segment has a policy in place.',
  },
  segmentTimeoutMs: {
    variable: 'BESSEMER_DHCP_SEGMENT_TIMEOUT',
    type: 'duration',
    default: 60_000,
    help: 'After how long without a word a segment counts as gone.',
  },
  sweepMs: {
    variable: 'BESSEMER_DHCP_SWEEP',
    type: 'duration',
    default: 5000,
    help: 'How often files and policy are compared again, and that the segment lives is told.',
  },
  nodeSweepMs: {
    variable: 'BESSEMER_DHCP_NODE_SWEEP',
    type: 'duration',
    default: 600_000,
    help: 'How often the copy of nodes is compared with the api.',
  },
  clockMarginMs: {
    variable: 'BESSEMER_DHCP_CLOCK_MARGIN',
    type: 'duration',
    default: 2000,
    help: 'How far the clocks of the hosts may be apart.',
  },
};
