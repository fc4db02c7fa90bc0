import { type ServiceSettings, type SettingDefinitions, serviceSettings } from '@bessemer/settings';

/** What the api reads from the environment. */
export interface ApiSettings extends ServiceSettings {
  host: string;
  port: number;
  auth: string;
  htpasswdFile: string;
  forceNoauth: boolean;
  corsOrigins: string[];
  trustedProxies: string[];
  publicRequestsPerSecond: number;
  inspectionsPerMinute: number;
  largeBodies: number;
  publicUrl: string;
  inspectorUrl: string;
  sealingPublicKeyFile: string;
  agentRequireTls: boolean;
  healthcheck: boolean;
  lockWait: number;
  eventKeepAlive: number;
}

/** The settings of the api. */
export const apiSettings: SettingDefinitions<ApiSettings> = {
  ...serviceSettings('api'),
  host: { variable: 'BESSEMER_API_HOST', type: 'string', default: '127.0.0.1', help: 'Address to listen on.' },
  port: { variable: 'BESSEMER_API_PORT', type: 'integer', default: 6385, help: 'Port to listen on.' },
  auth: {
    variable: 'BESSEMER_API_AUTH',
    type: 'string',
    default: 'noauth',
    help: 'How callers prove who they are: noauth or http_basic.',
  },
  htpasswdFile: {
    variable: 'BESSEMER_API_HTPASSWD_FILE',
    type: 'string',
    default: '',
    help: 'The users of http_basic with their bcrypt hashes; read again when it changes.',
  },
  forceNoauth: {
    variable: 'BESSEMER_API_FORCE_NOAUTH',
    type: 'boolean',
    default: false,
    help: 'Whether noauth may listen on an address that others than this machine can reach.',
  },
  corsOrigins: {
    variable: 'BESSEMER_API_CORS_ORIGINS',
    type: 'list',
    default: [],
    help: 'Origins whose pages may use the API from a browser, such as https://console.example; * is every one.',
  },
  trustedProxies: {
    variable: 'BESSEMER_API_TRUSTED_PROXIES',
    type: 'list',
    default: [],
    help: 'Addresses and networks of proxies whose X-Forwarded-For says where a request comes from, such as 10.0.0.0/8.',
  },
  publicRequestsPerSecond: {
    variable: 'BESSEMER_API_PUBLIC_REQUESTS_PER_SECOND',
    type: 'integer',
    default: 2000,
    help: 'Requests a second that each address may send to what needs no authentication, look-ups and heartbeats among it, over ten seconds; 0 is any number.',
  },
  inspectionsPerMinute: {
    variable: 'BESSEMER_API_INSPECTIONS_PER_MINUTE',
    type: 'integer',
    default: 1200,
    help: 'Inspection call-backs a minute that each address may send; 0 is any number.',
  },
  largeBodies: {
    variable: 'BESSEMER_API_LARGE_BODIES',
    type: 'integer',
    default: 256 * 1024 * 1024,
    help: 'Bytes of request bodies above 1 MiB that are taken at once, at least 64 MiB; memory is used for several times as many.',
  },
  publicUrl: {
    variable: 'BESSEMER_PUBLIC_URL',
    type: 'string',
    default: '',
    help: 'Base of links and of what ramdisks call; empty takes the host that the client named.',
  },
  inspectorUrl: {
    variable: 'BESSEMER_INSPECTOR_URL',
    type: 'string',
    default: 'http://127.0.0.1:5050',
    help: 'Where the inspector answers.',
  },
  sealingPublicKeyFile: {
    variable: 'BESSEMER_SEALING_PUBLIC_KEY_FILE',
    type: 'string',
    help: "File of the conductors' public keys, to which secrets are sealed.",
  },
  agentRequireTls: {
    variable: 'BESSEMER_AGENT_REQUIRE_TLS',
    type: 'boolean',
    default: true,
    help: 'Whether the call-back URL of an agent must be https unless its address is loopback.',
  },
  healthcheck: {
    variable: 'BESSEMER_API_HEALTHCHECK',
    type: 'boolean',
    default: false,
    help: 'Whether GET /healthcheck is answered on the port of the API too.',
  },
  lockWait: {
    variable: 'BESSEMER_NODE_LOCK_WAIT',
    type: 'duration',
    default: 2000,
    help: 'How long a request waits for a node that somebody works on before it is refused.',
  },
  eventKeepAlive: {
    variable: 'BESSEMER_EVENT_KEEP_ALIVE',
    type: 'duration',
    default: 15_000,
    help: 'How often a reader of server-sent events is told that its connection lives.',
  },
};
