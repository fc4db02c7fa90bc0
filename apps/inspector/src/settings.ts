import { type ServiceSettings, type SettingDefinitions, serviceSettings } from '@bessemer/settings';
import { defaultHooks } from './hooks/hook-chain.js';

/** What the inspector reads from its environment. */
export interface InspectorSettings extends ServiceSettings {
  host: string;
  port: number;
  /** The URL under which other services fetch inventories from here; empty: made of host and port. */
  inspectorUrl: string;
  discovery: boolean;
  hooks: string[];
  addPorts: string;
  keepPorts: string;
  /** Introspections kept of each node. */
  keep: number;
  /** Largest body of a call-back, in bytes. */
  maxBody: number;
  /** Call-backs a minute from one address, before the public endpoint answers 429; 0 is any number. */
  callbacksPerMinute: number;
  /** Proxies whose word on the client's address is taken. */
  trustedProxies: string[];
  /** How long the calls of rules may take together, in ms. */
  callDeadlineMs: number;
  /** Headers that calls of rules bear, by origin; empty: none. */
  callHeadersFile: string;
  /** How often the copy of nodes is compared with the api, in ms. */
  sweepMs: number;
}

/** The inspector's settings by name, for {@link InspectorSettings} and for the configuration reference. */
export const settingDefinitions: SettingDefinitions<InspectorSettings> = {
  ...serviceSettings('inspector'),
  host: { variable: 'BESSEMER_INSPECTOR_HOST', type: 'string', default: '127.0.0.1', help: 'Address to listen at.' },
  port: { variable: 'BESSEMER_INSPECTOR_PORT', type: 'integer', default: 5050, help: 'Port to listen at.' },
  inspectorUrl: {
    variable: 'BESSEMER_INSPECTOR_URL',
    type: 'string',
    default: '',
    help: 'URL under which other services reach the inspector; made of host and port when empty.',
  },
  discovery: {
    variable: 'BESSEMER_DISCOVERY',
    type: 'boolean',
    default: false,
    help: 'Whether machines that nobody enrolled are looked at.',
  },
  hooks: {
    variable: 'BESSEMER_INSPECTION_HOOKS',
    type: 'list',
    default: [...defaultHooks],
    help: 'Inspection hooks in the order in which they run.',
  },
  addPorts: {
    variable: 'BESSEMER_INSPECTION_ADD_PORTS',
    type: 'string',
    default: 'pxe',
    help: 'Interfaces that become ports: all, active, pxe or disabled.',
  },
  keepPorts: {
    variable: 'BESSEMER_INSPECTION_KEEP_PORTS',
    type: 'string',
    default: 'all',
    help: 'Ports that a node keeps: all, present or added.',
  },
  keep: {
    variable: 'BESSEMER_INSPECTION_KEEP',
    type: 'integer',
    default: 10,
    help: 'Introspections kept of each node.',
  },
  maxBody: {
    variable: 'BESSEMER_INSPECTION_MAX_BODY',
    type: 'integer',
    default: 16 * 1024 * 1024,
    help: 'Largest body of a call-back in bytes.',
  },
  callbacksPerMinute: {
    variable: 'BESSEMER_INSPECTION_CALLBACKS_PER_MINUTE',
    type: 'integer',
    default: 1200,
    help: 'Call-backs that the public endpoint takes a minute from one address; 0 is any number.',
  },
  trustedProxies: {
    variable: 'BESSEMER_INSPECTOR_TRUSTED_PROXIES',
    type: 'list',
    default: [],
    help: 'Addresses and networks of proxies whose X-Forwarded-For says where a call-back comes from, such as 10.0.0.0/8.',
  },
  callDeadlineMs: {
    variable: 'BESSEMER_INSPECTION_API_CALL_DEADLINE',
    type: 'duration',
    default: 20_000,
    help: 'How long all api-call actions of one introspection may take together; the ramdisk waits meanwhile.',
  },
  callHeadersFile: {
    variable: 'BESSEMER_INSPECTION_API_CALL_HEADERS_FILE',
    type: 'string',
    default: '',
    help: 'JSON file of the headers that api-call actions send to an origin, such as {"https://cmdb.example": {"Authorization": "…"}}: credentials, which no rule may hold.',
  },
  sweepMs: {
    variable: 'BESSEMER_INSPECTOR_SWEEP',
    type: 'duration',
    default: 600_000,
    help: 'How often the copy of nodes is compared with the api.',
  },
};
