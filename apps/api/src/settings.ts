import { type ServiceSettings, type SettingDefinitions, serviceSettings } from '@bessemer/settings';

/** What the api reads from the environment. */
export interface ApiSettings extends ServiceSettings {
  host: string;
  port: number;
  publicUrl: string;
  inspectorUrl: string;
  sealingPublicKeyFile: string;
  agentRequireTls: boolean;
  healthcheck: boolean;
  lockWait: number;
}

/** The settings of the api. */
export const apiSettings: SettingDefinitions<ApiSettings> = {
  ...serviceSettings('api'),
  host: { variable: 'BESSEMER_API_HOST', type: 'string', default: '127.0.0.1', help: 'Address to listen on.' },
  port: { variable: 'BESSEMER_API_PORT', type: 'integer', default: 6385, help: 'Port to listen on.' },
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
};
