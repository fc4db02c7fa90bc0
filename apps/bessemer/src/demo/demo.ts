import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { isFailure, isProvisionState } from '@bessemer/lifecycle';
import { callApi, insist, RefusedError } from '../api-client/api-client.js';
import { followEvents, type StreamedEvent } from '../api-client/event-stream.js';
import { baremetal, type DemoNode, listNodes } from './client.js';
import { Fleet } from './fleet.js';
import { DemoImage } from './image.js';
import { type Instance, startInstance, stopInstance } from './instance.js';
import { describeMachine, readMachines, readRules, writeInstackenv } from './machines.js';
import { BootNetwork } from './network.js';
import { Screen } from './screen.js';

/** Options of `./bessemer demo`. */
export interface DemoOptions {
  dataDir: string;
  /** End with exit code 0 as soon as all machines are active. */
  once: boolean;
  conductors: number;
  machines: number;
  imageMebibytes: number;
  /** Give up after so many seconds. */
  timeoutSeconds: number;
}

/**
 * The main job, live: machines of the slides' instackenv.json, from the file to `active`, on real BMC commands, real
 * DHCP policy and a real download. Throws when a machine does not get there.
 */
export async function runDemo(
  options: DemoOptions,
  output: NodeJS.WriteStream,
  interrupted: AbortSignal,
): Promise<void> {
  const demo = new Demo(options, output);
  try {
    await demo.prepare();
    await demo.run(AbortSignal.any([interrupted, AbortSignal.timeout(options.timeoutSeconds * 1000)]));
    if (!options.once) await demo.keepRunning(interrupted);
  } finally {
    await demo.stop();
  }
}

class Demo {
  private readonly stops: (() => Promise<void>)[] = [];
  private readonly screen: Screen;
  private readonly following = new AbortController();
  private instance: Instance | undefined;
  private fleet: Fleet | undefined;
  private image: DemoImage | undefined;
  private instackenv = '';
  private wake: () => void = () => undefined;

  constructor(
    private readonly options: DemoOptions,
    output: NodeJS.WriteStream,
  ) {
    this.screen = new Screen(output, 'Bessemer demo: machines from instackenv.json to active');
  }

  /** Starts the network, the instance, the image server and the machines. */
  async prepare(): Promise<void> {
    const { dataDir, conductors } = this.options;
    await rm(dataDir, { recursive: true, force: true });
    const machinesDir = `${dataDir}/machines`;
    await mkdir(machinesDir, { recursive: true });

    const network = await BootNetwork.start(`${dataDir}/dhcp`);
    this.stops.push(() => network.stop());
    this.screen.event(network.description);

    this.instance = await startInstance(dataDir, {
      arguments: ['--conductors', String(conductors), ...network.upArguments],
      environment: network.environment,
    });
    this.stops.push(() => stopInstance(dataDir));
    this.screen.event(`instance ready: ${this.instance.apiUrl}, rules and call-backs at ${this.instance.inspectorUrl}`);

    const nodes = await readMachines(this.options.machines);
    const descriptions = await Promise.all(
      nodes.map(async (node, index) => ({
        ...describeMachine(node, index),
        bootNetwork: await network.plug(node.mac[0] ?? '', index),
      })),
    );
    this.fleet = await Fleet.start(descriptions, machinesDir, this.instance.apiUrl);
    const fleet = this.fleet;
    this.stops.push(() => fleet.stop());
    this.instackenv = `${dataDir}/instackenv.json`;
    await writeInstackenv(this.instackenv, nodes, fleet.machines);

    this.image = await DemoImage.serve(dataDir, this.options.imageMebibytes);
    const image = this.image;
    this.stops.push(() => image.stop());
  }

  /** Import with introspection and cleaning, deploy, verify. */
  async run(signal: AbortSignal): Promise<void> {
    const { apiUrl, inspectorUrl } = this.ready();
    this.screen.start();
    const follower = this.follow(apiUrl);
    // Awaited at the end; until then a failure of it is no unhandled one.
    follower.catch(() => undefined);
    for (const rule of await readRules()) await this.addRule(inspectorUrl, rule, signal);
    this.screen.event('introspection rules of the slides are in place');

    const file: { nodes: object[] } = JSON.parse(await readFile(this.instackenv, 'utf8'));
    const importUrl = `${apiUrl}/v1/workflows/import?introspect=true&provide=true`;
    await insist(() => callApi(importUrl, { method: 'POST', body: file }), signal);
    this.screen.event(`imported ${file.nodes.length} machines`);
    await this.until('available', signal);

    const nodes = await insist(() => listNodes(apiUrl), signal);
    await Promise.all(nodes.map((node) => this.deploy(apiUrl, node, signal)));
    await this.until('active', signal);
    await this.verify(await insist(() => listNodes(apiUrl), signal));
    this.following.abort();
    await follower;
  }

  /** Until Ctrl-C. */
  async keepRunning(interrupted: AbortSignal): Promise<void> {
    this.screen.event(
      `all machines are active; try: OS_AUTH_TYPE=none OS_ENDPOINT=${this.ready().apiUrl} baremetal node list. Ctrl-C ends.`,
    );
    if (!interrupted.aborted) await new Promise((resolve) => interrupted.addEventListener('abort', resolve));
  }

  /** Stops what was started, last first; goes on when one of them fails and reports it at the end. */
  async stop(): Promise<void> {
    this.following.abort();
    this.screen.stop();
    const failures: unknown[] = [];
    for (const stop of this.stops.reverse()) await stop().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'The demo could not be stopped cleanly.');
  }

  /** The rule bears a UUID, so that one which was stored unheard is refused the second time and not doubled. */
  private async addRule(inspectorUrl: string, rule: object, signal: AbortSignal): Promise<void> {
    const body = { uuid: randomUUID(), ...rule };
    try {
      await insist(() => callApi(`${inspectorUrl}/v1/rules`, { method: 'POST', body }), signal);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.httpStatus !== 409) throw error;
    }
  }

  private async deploy(apiUrl: string, node: DemoNode, signal: AbortSignal): Promise<void> {
    const { url, sha256 } = this.theImage();
    const image = [
      `image_source=${url}`,
      'image_os_hash_algo=sha256',
      `image_os_hash_value=${sha256}`,
      'image_disk_format=raw',
    ];
    const commands = [
      ['node', 'set', node.uuid, ...image.flatMap((entry) => ['--instance-info', entry])],
      ['node', 'deploy', node.uuid],
    ];
    for (const command of commands) await this.untilTaken(apiUrl, command, node, signal);
  }

  /**
   * Gives a command until it is taken, as an operator would while services are being restarted: what failed may have
   * been carried out all the same, so the node is looked at before it is given again.
   */
  private async untilTaken(apiUrl: string, command: string[], node: DemoNode, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await baremetal(apiUrl, command);
        return;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (signal.aborted || !/HTTP 50[0-9]|Unable to establish|Connection|Remote end closed/.test(message)) {
          if (await this.isBeyond(apiUrl, node)) return;
          throw error;
        }
        this.screen.event(`${node.name}: ${message.split('\n').at(-1)}; trying again`);
      }
      if (await this.isBeyond(apiUrl, node)) return;
    }
  }

  /** Whether the node has left the state in which it was found. */
  private async isBeyond(apiUrl: string, node: DemoNode): Promise<boolean> {
    const nodes = await listNodes(apiUrl).catch(() => []);
    return nodes.some(({ uuid, provision_state }) => uuid === node.uuid && provision_state !== node.provision_state);
  }

  private async until(state: string, signal: AbortSignal): Promise<void> {
    const { apiUrl } = this.ready();
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      const nodes = await listNodes(apiUrl).catch(() => []);
      const failed = nodes.filter(({ provision_state }) => isStuck(provision_state));
      if (failed.length > 0)
        throw new Error(failed.map((node) => `${node.name} is ${node.provision_state}: ${node.last_error}`).join('\n'));
      if (nodes.length === this.options.machines && nodes.every((node) => node.provision_state === state)) return;
      if (signal.aborted) throw new Error(`Not all machines became ${state}: ${JSON.stringify(nodes)}`);
      const sweep = AbortSignal.any([signal, AbortSignal.timeout(2000)]);
      await Promise.race([changed, new Promise((resolve) => sweep.addEventListener('abort', resolve, { once: true }))]);
    }
  }

  private async verify(nodes: readonly DemoNode[]): Promise<void> {
    const machines = new Map(this.fleet?.machines.map((machine) => [machine.name, machine]));
    for (const node of nodes) {
      const machine = machines.get(node.name ?? '');
      if (!machine) throw new Error(`No machine is called ${node.name}.`);
      const capabilities = String(node.properties['capabilities'] ?? '');
      for (const profile of ['compute_profile:1', 'control_profile:1'])
        if (!capabilities.includes(profile)) throw new Error(`${node.name} lacks ${profile}: ${capabilities}`);
      if (!(await this.theImage().isOn(machine.disk)))
        throw new Error(`The disk of ${node.name} does not hold the image.`);
      this.screen.event(`${node.name}: active, ${capabilities}; its disk holds the image byte for byte`);
    }
  }

  private async follow(apiUrl: string): Promise<void> {
    for await (const event of followEvents(`${apiUrl}/v1/events/stream?since=1`, this.following.signal))
      this.show(event);
  }

  private show(event: StreamedEvent): void {
    const data = event.data['data'];
    if (typeof data !== 'object' || data === null) return;
    const node = data as Record<string, unknown>;
    const name = String(node['name'] ?? node['uuid'] ?? '');
    const reason = String(node['reason'] ?? '');
    const state = String(node['provision_state'] ?? '');
    if (typeof node['uuid'] !== 'string' || state === '') return;
    this.screen.machine(node['uuid'], {
      name,
      state,
      power: String(node['power_state'] ?? '-'),
      reason,
      since: new Date(String(node['since'] ?? new Date().toISOString())),
    });
    this.screen.event(
      `${event.id.padStart(5)} ${event.type.padEnd(40)} ${name} ${state}${reason ? `: ${reason}` : ''}`,
    );
    this.wake();
  }

  private ready(): Instance {
    if (!this.instance) throw new Error('The instance has not been started.');
    return this.instance;
  }

  private theImage(): DemoImage {
    if (!this.image) throw new Error('The image has not been made.');
    return this.image;
  }
}

/** Whether a machine has failed: none of the demo is meant to. */
function isStuck(state: string): boolean {
  return isProvisionState(state) && isFailure(state);
}
