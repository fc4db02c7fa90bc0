import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ServiceName } from '@bessemer/contracts';
import { freePort } from '@bessemer/embedded';
import { startService } from '../supervisor/service-process.js';
import type { Program } from '../supervisor/supervised.js';
import type { DataFolder } from './data-folder.js';
import type { InstanceOptions } from './instance-options.js';
import type { InstanceSecrets } from './instance-secrets.js';

/** Where the servers of the instance are, once they run. */
export interface Backends {
  /** URL of each service's own database role, with its password. */
  databaseUrls: Record<ServiceName, string>;
  natsUrl: string;
  /** When set, every service uses these instead of its own user: an operator's NATS that knows no others. */
  natsCredentials?: { user: string; password: string };
  apiPort: number;
  inspectorPort: number;
}

/** One service process of the instance. */
interface ServiceDefinition {
  /** Name in `status`, in logs and of the log file. */
  name: string;
  /** Folder below apps/. */
  app: string;
  service: ServiceName;
  url?: string;
  /** What it needs beyond what all of them need. */
  env: Record<string, string>;
}

/** Variables of the launcher that mean something to every Node program. */
const inherited = /^(PATH|HOME|TMPDIR|LANG|LC_.*|TZ|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|(HTTPS?|NO)_PROXY)$/i;
/** Settings that the launcher alone decides, or that would hand one service the secrets of another. */
const reserved =
  /^BESSEMER_(DATABASE_URL|NATS_.*|INTERNAL_TOKEN|SEALING_.*|HEALTH_PORT|(API|INSPECTOR)_PORT|API_USER|SHARED|.*PASSWORD.*)$/;

/** The services of the instance, each as a program that the supervisor can start again and again. */
export function servicePrograms(
  folder: DataFolder,
  options: InstanceOptions,
  secrets: InstanceSecrets,
  backends: Backends,
): Program[] {
  return defineServices(folder, options, secrets, backends).map((definition) => ({
    name: definition.name,
    start: async () => {
      // A new one each time: the old one may have been taken while the service was down.
      const healthPort = await freePort();
      const cwd = folder.workFolder(definition.name);
      await mkdir(cwd, { recursive: true });
      return await startService({
        name: definition.name,
        program: join(options.appsDir, definition.app, 'dist', 'main.js'),
        cwd,
        env: { ...environmentOf(definition, options, secrets, backends), BESSEMER_HEALTH_PORT: String(healthPort) },
        logFile: folder.logFile(definition.name),
        healthPort,
        ...(definition.url === undefined ? {} : { url: definition.url }),
      });
    },
  }));
}

/** The host that a conductor announces: this machine's for the first, so that clients see what they know, numbered for others. */
function conductorHost(options: InstanceOptions, index: number): string {
  const host = options.env['BESSEMER_CONDUCTOR_HOST'] || 'localhost';
  return index === 0 ? host : `${host}-${index + 1}`;
}

function defineServices(
  folder: DataFolder,
  options: InstanceOptions,
  secrets: InstanceSecrets,
  backends: Backends,
): ServiceDefinition[] {
  const apiUrl = `http://${reachable(options.env['BESSEMER_API_HOST'])}:${backends.apiPort}`;
  const inspectorUrl = `http://127.0.0.1:${backends.inspectorPort}`;
  const publicUrl = options.env['BESSEMER_PUBLIC_URL'] || apiUrl;
  const internal = {
    BESSEMER_PUBLIC_URL: publicUrl,
    BESSEMER_INSPECTOR_URL: inspectorUrl,
    BESSEMER_INTERNAL_TOKEN: secrets.internalToken,
  };
  const conductors = Array.from({ length: options.conductors }, (_, index): ServiceDefinition => {
    const name = `conductor-${index + 1}`;
    return {
      name,
      app: 'conductor',
      service: 'conductor',
      env: {
        ...internal,
        BESSEMER_CONDUCTOR_HOST: conductorHost(options, index),
        BESSEMER_SEALING_KEYS_FILE: secrets.sealingKeysFile,
        BESSEMER_WORK_DIR: folder.workFolder(name),
      },
    };
  });
  return [
    {
      name: 'api',
      app: 'api',
      service: 'api',
      url: apiUrl,
      env: {
        ...internal,
        BESSEMER_API_PORT: String(backends.apiPort),
        ...passwordsOf(options),
        BESSEMER_SEALING_PUBLIC_KEY_FILE: secrets.sealingPublicKeysFile,
      },
    },
    {
      name: 'inspector',
      app: 'inspector',
      service: 'inspector',
      url: inspectorUrl,
      env: { ...internal, BESSEMER_INSPECTOR_PORT: String(backends.inspectorPort) },
    },
    {
      name: 'dhcp-manager',
      app: 'dhcp-manager',
      service: 'dhcp',
      env: { BESSEMER_DHCP_HOSTSDIR: options.dhcpHostsdir },
    },
    ...conductors,
  ];
}

/** The host under which a service is asked that listens on the address. */
function reachable(host: string | undefined): string {
  if (!host || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** The file of users as the operator named it; the service itself runs in another folder. */
function passwordsOf({ env }: InstanceOptions): Record<string, string> {
  const file = env['BESSEMER_API_HTPASSWD_FILE'];
  return file ? { BESSEMER_API_HTPASSWD_FILE: resolve(file) } : {};
}

function environmentOf(
  definition: ServiceDefinition,
  options: InstanceOptions,
  secrets: InstanceSecrets,
  backends: Backends,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.env)) {
    const isSetting = name.startsWith('BESSEMER_') && !reserved.test(name);
    if (value !== undefined && (inherited.test(name) || isSetting)) env[name] = value;
  }
  const credentials = backends.natsCredentials ?? {
    user: definition.service,
    password: secrets.busPasswords[definition.service],
  };
  return {
    ...env,
    BESSEMER_DATABASE_URL: backends.databaseUrls[definition.service],
    BESSEMER_NATS_URL: backends.natsUrl,
    BESSEMER_NATS_USER: credentials.user,
    BESSEMER_NATS_PASSWORD: credentials.password,
    BESSEMER_LOG_LEVEL: options.logLevel,
    ...definition.env,
  };
}
