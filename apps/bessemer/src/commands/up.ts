import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BessemerError } from '@bessemer/errors';
import { type Command, Option } from 'commander';
import { DataFolder } from '../instance/data-folder.js';
import { type InstanceOptions, repositoryRoot } from '../instance/instance-options.js';
import { LogFollower } from '../logs/log-files.js';
import type { InstanceUrls, Supervisor } from '../supervisor/supervisor.js';
import { port, portFromEnvironment, wholeNumber, withDataOption } from './options.js';

interface UpOptions {
  data: string;
  detach?: boolean;
  port?: number;
  inspectorPort?: number;
  natsPort?: number;
  postgresPort?: number;
  conductors: number;
  logLevel: string;
  dhcpHostsdir: string;
}

/** What the detached supervisor tells the command that started it. */
type Report = { ready: InstanceUrls } | { failed: string };

/** `./bessemer up`: runs an instance. */
export function register(program: Command): void {
  const command = program
    .command('up')
    .description('run Postgres, NATS and the four services; Ctrl-C stops them')
    .option('-d, --detach', 'return when all are ready, and leave them running')
    .option('--port <n>', 'port of the API; 0 takes a free one (BESSEMER_API_PORT; default 6385)', port)
    .option('--inspector-port <n>', 'port of the inspector API (BESSEMER_INSPECTOR_PORT; default 5050)', port)
    .option('--nats-port <n>', 'port of the embedded NATS (default: a free one)', port)
    .option('--postgres-port <n>', 'port of the embedded Postgres (default: a free one)', port)
    .option('--conductors <n>', 'how many conductors', wholeNumber(0, 64), 1)
    .addOption(
      new Option('--log-level <level>', 'how much the services log')
        .choices(['trace', 'debug', 'info', 'warn', 'error'])
        .default('info')
        .env('BESSEMER_LOG_LEVEL'),
    )
    .addOption(
      new Option('--dhcp-hostsdir <dir>', 'folder that a dnsmasq reads as its dhcp-hostsdir; without it DHCP is off')
        .default('')
        .env('BESSEMER_DHCP_HOSTSDIR'),
    );
  withDataOption(command).action(async (options: UpOptions) => {
    await (options.detach ? upDetached(options) : upInForeground(options));
  });
}

function instanceOptions(options: UpOptions): InstanceOptions {
  return {
    dataDir: options.data,
    port: options.port ?? portFromEnvironment('BESSEMER_API_PORT'),
    inspectorPort: options.inspectorPort ?? portFromEnvironment('BESSEMER_INSPECTOR_PORT'),
    natsPort: options.natsPort,
    postgresPort: options.postgresPort,
    conductors: options.conductors,
    logLevel: options.logLevel,
    dhcpHostsdir: options.dhcpHostsdir,
    databaseUrl: process.env['BESSEMER_DATABASE_URL'] || undefined,
    natsUrl: process.env['BESSEMER_NATS_URL'] || undefined,
    appsDir: process.env['BESSEMER_APPS_DIR'] || join(repositoryRoot, 'apps'),
    env: process.env,
  };
}

async function upInForeground(options: UpOptions): Promise<void> {
  const folder = new DataFolder(options.data);
  await folder.make();
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const say = (line: string) => {
    const time = new Date().toISOString();
    appendFileSync(folder.logFile('supervisor'), `${time} ${line}\n`);
    if (!process.send) print(`${time.slice(11, 23)} bessemer  ${line}`);
  };
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  const supervisor = await startReporting(options, say);
  const follower = process.send
    ? undefined
    : await LogFollower.start(folder.logs, (name) => name !== 'supervisor', print);
  try {
    const ready = await Promise.race([supervisor.waitUntilReady().then(() => true), stopped.then(() => false)]).catch(
      (error: unknown) => {
        report({ failed: error instanceof Error ? error.message : String(error) });
        throw error;
      },
    );
    if (ready) {
      say('all services are ready');
      if (!report({ ready: supervisor.urls })) printUrls(supervisor.urls);
      say(`stopping: ${await stopped}`);
    }
  } finally {
    await supervisor.stop();
    await follower?.stop();
  }
}

async function startReporting(options: UpOptions, say: (line: string) => void): Promise<Supervisor> {
  // Loaded here, since the other commands need not wait for all that it brings.
  const { Supervisor } = await import('../supervisor/supervisor.js');
  try {
    return await Supervisor.start(instanceOptions(options), say);
  } catch (error) {
    const remedy = error instanceof BessemerError && error.remedy ? ` ${error.remedy}` : '';
    report({ failed: (error instanceof Error ? error.message : String(error)) + remedy });
    throw error;
  }
}

/** Tells the command that started this one detached; false when nobody did. */
function report(message: Report): boolean {
  if (!process.send) return false;
  if (process.connected) process.send(message, () => process.disconnect?.());
  return true;
}

async function upDetached(options: UpOptions): Promise<void> {
  const folder = new DataFolder(options.data);
  await folder.make();
  const log = await open(folder.logFile('supervisor'), 'a');
  const args = process.argv.slice(2).filter((argument) => argument !== '-d' && argument !== '--detach');
  const child = spawn(process.execPath, [fileURLToPath(new URL('../main.js', import.meta.url)), ...args], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill('SIGTERM'));
  const outcome = await new Promise<Report>((resolve) => {
    child.once('message', (message) => resolve(message as Report));
    child.once('exit', (code, signal) =>
      resolve({ failed: `The supervisor ended (${signal ?? code}); see ${folder.logFile('supervisor')}.` }),
    );
  });
  if ('failed' in outcome) {
    // The supervisor says why before it has stopped what it started.
    if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once('exit', done));
    throw new BessemerError('unavailable', outcome.failed);
  }
  child.unref();
  child.channel?.unref();
  printUrls(outcome.ready);
}

function printUrls(urls: InstanceUrls): void {
  const lines = [
    `API        ${urls.api}`,
    `Inspector  ${urls.inspector}`,
    `Events     ${urls.nats}${urls.subscriberPasswordFile ? `  (user subscriber, password in ${urls.subscriberPasswordFile})` : ''}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
