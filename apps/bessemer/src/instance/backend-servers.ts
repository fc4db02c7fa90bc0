import { createWriteStream, type WriteStream } from 'node:fs';
import { natsConfiguration } from '@bessemer/bus';
import { EmbeddedNats, EmbeddedPostgres, type Exit } from '@bessemer/embedded';
import type { Program, Running } from '../supervisor/supervised.js';
import type { DataFolder } from './data-folder.js';
import type { InstanceSecrets } from './instance-secrets.js';

/** Name of the database in the instance's own Postgres. */
export const embeddedDatabase = 'bessemer';

/** Of both embedded servers. */
interface EmbeddedServer {
  pid: number;
  exited: Promise<Exit>;
  stop(): Promise<void>;
}

function running(server: EmbeddedServer, url: string, log: WriteStream): Running {
  void server.exited.then(() => log.end());
  return { pid: server.pid, url, exited: server.exited, stop: () => server.stop() };
}

/** The instance's own Postgres; `onAdminUrl` learns the URL of its superuser at each start. */
export function postgresProgram(folder: DataFolder, port: number, onAdminUrl: (url: string) => void): Program {
  return {
    name: 'postgres',
    start: async () => {
      const log = createWriteStream(folder.logFile('postgres'), { flags: 'a' });
      const onLine = (line: string) => log.write(`${line}\n`);
      const server = await EmbeddedPostgres.start({ dataDir: folder.postgres, port, onLine });
      onAdminUrl(server.adminUrl);
      return running(server, `postgres://127.0.0.1:${port}/${embeddedDatabase}`, log);
    },
  };
}

/** The instance's own NATS with a user for each service. */
export function natsProgram(folder: DataFolder, port: number, secrets: InstanceSecrets): Program {
  const config = natsConfiguration({ port, storeDir: folder.nats, passwords: secrets.busPasswords });
  return {
    name: 'nats',
    start: async () => {
      const log = createWriteStream(folder.logFile('nats'), { flags: 'a' });
      const onLine = (line: string) => log.write(`${line}\n`);
      const server = await EmbeddedNats.start({ dataDir: folder.nats, port, config, onLine });
      return running(server, server.url, log);
    },
  };
}
