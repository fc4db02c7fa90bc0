import { createHash } from 'node:crypto';
import type { JsonObject, PowerState } from '@bessemer/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepContext } from '../core/context.js';
import type { PowerInterface } from '../core/interfaces.js';
import { findStep } from '../core/plan.js';
import type { StepReference } from '../core/step.js';
import { AgentDouble } from '../testing/agent-double.js';
import {
  aNode,
  type ContextValues,
  expectOutcome,
  patched,
  RecordedContext,
  stepNames,
} from '../testing/step-context.js';
import { DirectDeploy } from './deploy.js';

const image = {
  image_source: 'http://images.example/os.img?version=2',
  image_checksum: 'd41d8cd98f00b204e9800998ecf8427e',
  image_disk_format: 'raw',
};
const heartbeat = { cause: 'heartbeat', data: {} } as const;

const nodeWith = (instance_info: JsonObject = image, more: object = {}) =>
  aNode({ deploy_interface: 'direct', instance_info, ...more });

function run(context: StepContext, name: string, reference: Partial<StepReference> = {}) {
  const step = findStep(context.hardware, { interface: 'deploy', step: name, priority: 0, args: {}, ...reference });
  if (!step) throw new Error(`no step ${name}`);
  return step.run(context);
}

describe(DirectDeploy.name, () => {
  let agent: AgentDouble;

  beforeEach(async () => {
    agent = await AgentDouble.start();
  });
  afterEach(() => agent.stop());

  const contextOf = (values: ContextValues = {}) =>
    new RecordedContext({ node: nodeWith(), kind: 'deploy', agent: agent.contact, ...values });

  describe('validate', () => {
    it.each<[string, JsonObject, string]>([
      ['no image', {}, "Missing are: ['instance_info.image_source']"],
      ['no checksum', { image_source: 'http://x/y' }, "Missing are: ['instance_info.image_checksum']"],
      ['a hash without its algorithm', { ...image, image_os_hash_value: 'ab' }, 'image_os_hash_algo'],
      ['a file', { ...image, image_source: 'file:///etc/passwd' }, 'must be an http or https URL'],
      ['a partition without its kernel', { ...image, image_type: 'partition' }, "'instance_info.kernel'"],
      ['a config drive as JSON', { ...image, configdrive: { meta_data: {} } }, 'config drive'],
    ])('refuses %s', async (_name, instance_info, message) => {
      const context = contextOf({ node: nodeWith(instance_info) });
      await expect(context.hardware.interfaces.deploy.validate(context)).rejects.toThrow(message);
    });

    it('takes an image with a checksum', async () => {
      const context = contextOf();
      await expect(context.hardware.interfaces.deploy.validate(context)).resolves.toBeUndefined();
    });
  });

  it.each<[string, JsonObject, object, string]>([
    ['a whole disk', image, {}, 'whole-disk'],
    ['a partition', { ...image, kernel: 'k', ramdisk: 'r' }, {}, 'partition'],
    ['what its node says', { ...image, kernel: 'k', ramdisk: 'r', image_type: 'whole-disk' }, {}, 'whole-disk'],
    [
      'another image than the one before',
      { ...image, kernel: 'k', ramdisk: 'r', image_type: 'whole-disk' },
      { image_type_derived: true },
      'partition',
    ],
  ])('lets the record say that the image is one of %s', async (_name, info, driver_internal_info, type) => {
    const context = contextOf({ node: nodeWith(info, { driver_internal_info }) });
    const outcome = await context.hardware.interfaces.deploy.prepare(context);
    expect(patched(outcome)).toMatchObject({
      '/instance_info/image_url': image.image_source,
      '/instance_info/image_type': type,
    });
    const { deploy } = context.hardware.interfaces;
    const over = expectOutcome(await deploy.tearDown(context), 'done');
    expect(over.patch?.fields).toContainEqual({ op: 'remove', path: '/driver_internal_info/image_type_derived' });
  });

  it('boots the ramdisk, waits, and plans the rest with what the agent offers', async () => {
    const context = contextOf({ agent: undefined, node: nodeWith(image, { power_state: 'power on' }) });
    const wait = expectOutcome(await run(context, 'deploy'), 'wait');
    expect(wait).toMatchObject({ for: 'agent', reason: expect.stringContaining('agent') });
    expect(context.done.filter((entry) => !/guard|remember/.test(entry))).toEqual([
      'progress: powering the machine off',
      'forget agent',
      'progress: powering the machine on',
    ]);
    expect(patched(wait)).toEqual({ '/power_state': 'power on' });

    context.agent = agent.contact;
    const done = expectOutcome(await run(context.again(wait, 'resumed', heartbeat), 'deploy'), 'done');
    expect(stepNames(done.then)).toEqual([
      'deploy.write_image',
      'deploy.prepare_instance_boot',
      'deploy.tear_down_agent',
      'deploy.switch_to_tenant_network',
      'deploy.boot_instance',
    ]);
    expect(patched(done)).toEqual({ '/driver_internal_info/hardware_manager_version': { generic: '1.2' } });
  });

  it('waits on for the agent, and does not boot again, when it was interrupted after power-on', async () => {
    const context = contextOf({ agent: undefined });
    const wait = await run(context, 'deploy');
    context.done.length = 0;
    expectOutcome(await run(context.again(wait, 'interrupted'), 'deploy'), 'wait');
    expect(context.done).toEqual([]);
  });

  it('restarts a machine that must never be off', async () => {
    const context = contextOf({ agent: undefined, node: nodeWith(image, { disable_power_off: true }) });
    expectOutcome(await run(context, 'deploy'), 'wait');
    expect(context.done).toContain('progress: restarting the machine');
  });

  it('has the image written once, with the config drive, and follows it by heartbeats', async () => {
    agent.slow.add('deploy.execute_deploy_step');
    const context = contextOf({ taskArguments: { configdrive: 'QUJD' } });
    const started = expectOutcome(await run(context, 'write_image'), 'wait');
    expect(agent.received.at(-1)?.params['step']).toMatchObject({
      interface: 'deploy',
      step: 'write_image',
      args: {
        image_info: {
          id: 'os.img',
          urls: [image.image_source],
          checksum: image.image_checksum,
          disk_format: 'raw',
          stream_raw_images: true,
          node_uuid: context.node.uuid,
          configdrive: 'QUJD',
        },
        configdrive: 'QUJD',
      },
    });
    context.done.length = 0;
    const still = expectOutcome(await run(context.again(started, 'resumed', heartbeat), 'write_image'), 'wait');
    expect(context.done).toEqual([]);
    agent.end();
    expectOutcome(await run(context.again(still, 'resumed', heartbeat), 'write_image'), 'done');
    expect(agent.executions('write_image')).toBe(1);
  });

  it('fetches a config drive that travels as a reference, and checks it', async () => {
    const body = Buffer.from('QUJD');
    const sha256 = createHash('sha256').update(body).digest('hex');
    const configdrive = { ref: 'http://api/v1/internal/config-drives/1', sha256, size: body.length };
    const context = contextOf({ node: nodeWith({ ...image, configdrive }) });
    await context.hardware.interfaces.deploy.validate(context);
    const fetching: StepContext = Object.assign(context, { fetchBlob: async () => body });
    expectOutcome(await run(fetching, 'write_image'), 'wait');
    expect(agent.received.at(-1)?.params['step']).toMatchObject({ args: { configdrive: 'QUJD' } });
    const other = contextOf({ node: nodeWith({ ...image, configdrive: { ...configdrive, sha256: '0' } }) });
    expectOutcome(await run(Object.assign(other, { fetchBlob: async () => body }), 'write_image'), 'fail');
  });

  it('adopts the command when the conductor died between sending it and writing that down', async () => {
    agent.slow.add('deploy.execute_deploy_step');
    const context = contextOf();
    await run(context, 'write_image');
    // The outcome is lost with the conductor: only what was remembered before the command was sent is left.
    expect(context.memory['agentCommand']).toEqual({ command: 'deploy.execute_deploy_step', known: expect.any(Array) });
    context.attempt = 'interrupted';
    const adopted = expectOutcome(await run(context, 'write_image'), 'wait');
    agent.end();
    expectOutcome(await run(context.again(adopted, 'resumed', heartbeat), 'write_image'), 'done');
    expect(agent.executions('write_image')).toBe(1);
  });

  it('sends the command when the conductor died before that', async () => {
    const context = contextOf();
    context.memory = { agentCommand: { command: 'deploy.execute_deploy_step', known: [] } };
    context.attempt = 'interrupted';
    expectOutcome(await run(context, 'write_image'), 'wait');
    expect(agent.executions('write_image')).toBe(1);
  });

  it('adopts the command when the connection broke before the answer', async () => {
    agent.slow.add('deploy.execute_deploy_step');
    agent.cut.add('deploy.execute_deploy_step');
    const wait = expectOutcome(await run(contextOf(), 'write_image'), 'wait');
    expect(wait.memory).toMatchObject({ agentCommand: { id: agent.list.at(-1)?.id } });
    expect(agent.executions('write_image')).toBe(1);
  });

  it('fails, and writes nothing twice, when the machine restarted while the image was written', async () => {
    agent.slow.add('deploy.execute_deploy_step');
    const context = contextOf();
    const wait = await run(context, 'write_image');
    agent.restart();
    const outcome = expectOutcome(await run(context.again(wait, 'resumed', heartbeat), 'write_image'), 'fail');
    expect(outcome).toMatchObject({ code: 'agent-restarted', message: expect.stringContaining('start') });
    expect(agent.executions('write_image')).toBe(1);
  });

  it("fails with the agent's own reason", async () => {
    agent.slow.add('deploy.execute_deploy_step');
    const context = contextOf();
    const wait = await run(context, 'write_image');
    agent.end('FAILED', { type: 'ImageWriteError', message: 'Writing failed', details: 'disk exploded' });
    const outcome = expectOutcome(await run(context.again(wait, 'resumed', heartbeat), 'write_image'), 'fail');
    expect(outcome.message).toBe('disk exploded');
  });

  it('waits while the agent does something else', async () => {
    const other = {
      id: '1',
      command_name: 'other',
      command_status: 'RUNNING',
      command_error: null,
      command_result: null,
    };
    agent.list.push(other);
    expectOutcome(await run(contextOf(), 'write_image'), 'wait');
    expect(agent.executions('write_image')).toBe(0);
  });

  it('flushes the disks and powers the machine off, by the power interface if it must', async () => {
    const node = nodeWith(image, { power_state: 'power on', driver_info: { deploy_forces_oob_reboot: true } });
    const context = contextOf({ node });
    const done = expectOutcome(await run(context, 'tear_down_agent'), 'done');
    expect(agent.received.map(({ name }) => name)).toEqual(['standby.sync']);
    expect(patched(done)).toEqual({ '/power_state': 'power off' });
    expect(context.done.filter((entry) => entry !== 'guard').slice(-2)).toEqual([
      'forget agent',
      'progress: powering the machine off',
    ]);
  });

  it('lets the agent power the machine off, though its connection ends before the answer', async () => {
    agent.cut.add('standby.power_off');
    const asked: (PowerState | string)[] = [];
    const power: PowerInterface = {
      ...{ kind: 'power', name: 'double', properties: [], steps: [], supportedTargets: [], readsHardware: true },
      validate: async () => undefined,
      getPowerState: async () => {
        asked.push('state');
        return agent.received.some(({ name }) => name === 'standby.power_off') ? 'power off' : 'power on';
      },
      setPowerState: async (_context, target) => {
        asked.push(target);
      },
    };
    const { name, interfaces } = contextOf().hardware;
    const context = contextOf({ hardware: { name, interfaces: { ...interfaces, power } } });
    expectOutcome(await run(context, 'tear_down_agent'), 'done');
    expect(agent.received.map((command) => command.name)).toEqual(['standby.sync', 'standby.power_off']);
    expect(asked).toEqual(['state', 'state', 'power off']);
    agent.received.length = 0;
    power.getPowerState = async () => 'power off';
    expectOutcome(await run(context, 'tear_down_agent'), 'done');
    expect(agent.received).toEqual([]);
  });

  it('installs a boot loader for a partition image alone, then boots from disk', async () => {
    agent.results['standby.get_partition_uuids'] = { 'root uuid': 'aaaa', partitions: {} };
    const partition = { ...image, image_type: 'partition', kernel: 'http://x/k', ramdisk: 'http://x/r', root_gb: 4 };
    const context = contextOf({ node: nodeWith(partition) });
    const wait = expectOutcome(await run(context, 'prepare_instance_boot'), 'wait');
    const done = expectOutcome(await run(context.again(wait, 'resumed', heartbeat), 'prepare_instance_boot'), 'done');
    expect(patched(done)).toMatchObject({ '/driver_internal_info/root_uuid_or_disk_id': 'aaaa' });
    expect(agent.received.map(({ name }) => name)).toEqual(['standby.get_partition_uuids', 'image.install_bootloader']);

    agent.received.length = 0;
    expectOutcome(await run(contextOf(), 'prepare_instance_boot'), 'done');
    expect(agent.received).toEqual([]);
  });

  describe('cleaning', () => {
    const cleaning = (values: ContextValues = {}) => contextOf({ kind: 'clean', ...values });
    const inBand = { rebootRequested: false, version: { generic: '1.1' }, restarts: 0 };

    it('plans the steps of the agent and of the machine', async () => {
      const context = cleaning();
      context.memory = { booted: true };
      const done = expectOutcome(await context.hardware.interfaces.deploy.prepareCleaning(context), 'done');
      expect(stepNames(done.then)).toEqual(['deploy.erase_devices_metadata', 'vendor.log_passthrough']);
      expect(done.then?.[0]).toMatchObject({ abortable: true, inBand: { version: { generic: '1.2' } } });
    });

    it('refuses a step that neither knows', async () => {
      const context = cleaning({ taskArguments: { clean_steps: [{ interface: 'deploy', step: 'nosuch' }] } });
      context.memory = { booted: true };
      const outcome = expectOutcome(await context.hardware.interfaces.deploy.prepareCleaning(context), 'fail');
      expect(outcome.message).toContain('does not support this clean step: deploy.nosuch');
    });

    it('boots no ramdisk for steps that need none', async () => {
      const context = cleaning({ taskArguments: { clean_steps: [{ interface: 'bios', step: 'factory_reset' }] } });
      const done = expectOutcome(await context.hardware.interfaces.deploy.prepareCleaning(context), 'done');
      expect(stepNames(done.then)).toEqual(['bios.factory_reset']);
      expect(context.done).toEqual([]);
    });

    it('reboots after a step that asks for it and goes on with the new agent', async () => {
      const context = cleaning();
      const reference = { inBand: { ...inBand, rebootRequested: true } };
      const working = await run(context, 'burnin_cpu', reference);
      const rebooting = await run(context.again(working, 'resumed', heartbeat), 'burnin_cpu', reference);
      expect(expectOutcome(rebooting, 'wait').reason).toContain('reboot');
      agent.restart();
      expectOutcome(await run(context.again(rebooting, 'resumed', heartbeat), 'burnin_cpu', reference), 'done');
      expect(agent.executions('burnin_cpu')).toBe(1);
    });

    it('begins automated cleaning anew when the hardware managers have changed', async () => {
      agent.slow.add('clean.execute_clean_step');
      const context = cleaning();
      const wait = await run(context, 'erase_devices_metadata', { inBand });
      agent.end('CLEAN_VERSION_MISMATCH');
      const outcome = await run(context.again(wait, 'resumed', heartbeat), 'erase_devices_metadata', { inBand });
      const done = expectOutcome(outcome, 'done');
      expect(done.then?.[0]?.inBand).toEqual({ rebootRequested: false, version: { generic: '1.2' }, restarts: 1 });
    });
  });
});
