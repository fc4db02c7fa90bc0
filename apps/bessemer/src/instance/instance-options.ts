import { fileURLToPath } from 'node:url';

/** The folder that holds the `bessemer` script. */
export const repositoryRoot = fileURLToPath(new URL('../../../..', import.meta.url));

/** How an instance is run; from the options of `up` and the environment. */
export interface InstanceOptions {
  dataDir: string;
  /** 0: a free one; undefined: the one that the instance had, else the default. */
  port: number | undefined;
  inspectorPort: number | undefined;
  natsPort: number | undefined;
  postgresPort: number | undefined;
  conductors: number;
  logLevel: string;
  /** Folder that dnsmasq reads as its `dhcp-hostsdir`; empty: DHCP off. */
  dhcpHostsdir: string;
  /** A Postgres server to use instead of an embedded one: URL of a role that may create databases and roles. */
  databaseUrl: string | undefined;
  /** A NATS server with JetStream to use instead of an embedded one. */
  natsUrl: string | undefined;
  /** Folder with `<app>/dist/main.js` of each service; replaced in tests. */
  appsDir: string;
  /** Environment of the launcher, of which services get the harmless part. */
  env: Record<string, string | undefined>;
}

/** Ports of the HTTP services of an instance that never had others. */
export const defaultPorts = { api: 6385, inspector: 5050 } as const;
