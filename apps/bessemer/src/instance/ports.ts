import { freePort, isPortFree } from '@bessemer/embedded';
import { BessemerError } from '@bessemer/errors';
import { defaultPorts, type InstanceOptions } from './instance-options.js';
import type { InstancePorts } from './instance-state.js';

/** The ports of an instance, all of them free at this moment. */
export type ChosenPorts = Required<InstancePorts>;

/**
 * Chooses the ports: the one asked for; else the one that the instance had; else the default, or a free one where there is none or
 * 0 was asked for. A remembered port that was not asked for by number is given up when somebody else has it.
 *
 * @throws `conflict`, naming the option, when a port that was asked for or is the default is taken
 */
export async function choosePorts(options: InstanceOptions, saved: InstancePorts): Promise<ChosenPorts> {
  return {
    api: await choosePort('--port', options.port, saved.api, defaultPorts.api),
    inspector: await choosePort('--inspector-port', options.inspectorPort, saved.inspector, defaultPorts.inspector),
    nats: await choosePort('--nats-port', options.natsPort, saved.nats, 0),
    postgres: await choosePort('--postgres-port', options.postgresPort, saved.postgres, 0),
  };
}

async function choosePort(option: string, asked: number | undefined, saved: number | undefined, byDefault: number) {
  if (!asked && saved && (await isPortFree(saved))) return saved;
  const fixed = asked ?? byDefault;
  if (fixed === 0) return await freePort();
  if (await isPortFree(fixed)) return fixed;
  throw new BessemerError('conflict', `Port ${fixed} is taken by another program.`, {
    remedy: `Choose another with ${option} N; ${option} 0 takes a free one.`,
  });
}
