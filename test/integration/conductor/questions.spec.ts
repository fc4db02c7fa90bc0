import 'reflect-metadata';
import { Questions } from '@bessemer/bus';
import { CallAnswer, conductorRpcSubject, type NodeRecord, ValidateAnswer } from '@bessemer/contracts';
import { freePort } from '@bessemer/embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aRecord } from './api-double.js';
import { ConductorFixture } from './conductor-fixture.js';

describe('a conductor that is asked', () => {
  let fixture: ConductorFixture;
  let questions: Questions;
  let healthPort: number;

  beforeAll(async () => {
    fixture = await ConductorFixture.start();
    healthPort = await freePort();
    await fixture.conductor('conductor-1', { healthPort });
    questions = new Questions(await fixture.stack.bus('api'), fixture.stack.logger);
  });
  afterAll(() => fixture.stack.stop());

  const node = (changes: Partial<NodeRecord> = {}): NodeRecord => ({ ...aRecord(crypto.randomUUID()), ...changes });
  const validate = (record: NodeRecord, verb?: string, args: object = {}) =>
    questions.ask(
      conductorRpcSubject('', 'fake-hardware', 'validate'),
      { node: record, ports: [], arguments: args, ...(verb === undefined ? {} : { verb }) },
      { answer: ValidateAnswer },
    );
  const call = (kind: string, method: string, args: object = {}) =>
    questions.ask(
      conductorRpcSubject('', 'fake-hardware', 'call'),
      { node: node(), ports: [], interface: kind, method, arguments: args },
      { answer: CallAnswer },
    );

  it('gives the verdict of each of the twelve interfaces', async () => {
    const { interfaces } = await validate(node({ console_interface: 'no-console' }));
    expect(Object.keys(interfaces).sort()).toEqual([
      'bios',
      'boot',
      'console',
      'deploy',
      'firmware',
      'inspect',
      'management',
      'network',
      'power',
      'raid',
      'rescue',
      'storage',
    ]);
    expect(interfaces['power']).toEqual({ result: true });
    expect(interfaces['console']).toMatchObject({ result: false, reason: expect.stringContaining('console') });
  });

  it('holds the steps of a deployment against the driver, and leaves unknown ones to the agent', async () => {
    const step = (name: string) => ({ interface: 'bios', step: name, priority: 150, args: {} });
    const wrong = { deploy_steps: [step('apply_configuration')] };
    await expect(validate(node(), 'active', wrong)).rejects.toThrow(/missing these required arguments: settings/);
    const { interfaces } = await validate(node(), undefined, wrong);
    expect(interfaces['deploy']).toMatchObject({ result: false, reason: expect.stringContaining('settings') });
    const others = { deploy_steps: [step('factory_reset'), step('no_such_step'), step('reboot')] };
    await expect(validate(node(), 'rebuild', others)).resolves.toEqual({ interfaces: {} });
  });

  it.each(['manage', 'provide', 'clean', 'inspect', 'active', 'rebuild', 'deleted', 'rescue', 'power on'])(
    'takes %s on fake hardware',
    async (verb) => {
      await expect(validate(node(), verb)).resolves.toEqual({ interfaces: {} });
    },
  );

  it.each([
    ['traits that the node lacks', { instance_info: { traits: ['CUSTOM_GPU'] } }, 'active', /CUSTOM_GPU/],
    ['an inspection that is switched off', { inspect_interface: 'no-inspect' }, 'inspect', /inspect/],
    ['an interface that is not there', { power_interface: 'steam' }, 'manage', /power interface/],
  ])('refuses %s', async (_, changes, verb, reason) => {
    await expect(validate(node(changes), verb)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(reason),
    });
  });

  it('calls an interface at once', async () => {
    expect((await call('management', 'get_boot_device')).result).toEqual({ boot_device: 'pxe', persistent: false });
    expect((await call('power', 'get_power_state')).result).toBe('power off');
    await call('management', 'set_boot_device', { boot_device: 'pxe', persistent: true });
  });

  it.each([
    ['management', 'set_boot_device', { boot_device: 'tape' }, /Invalid boot device tape/],
    ['management', 'set_boot_device', {}, /boot_device is required/],
    ['management', 'levitate', {}, /does not support levitate/],
    ['coffee', 'brew', {}, /does not support brew/],
  ])('refuses %s.%s %o', async (kind, method, args, reason) => {
    await expect(call(kind, method, args)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(reason),
    });
  });

  it('says that it is well', async () => {
    const response = await fetch(`http://127.0.0.1:${healthPort}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', conductor: 'conductor-1', tasks: 0 });
    expect((await fetch(`http://127.0.0.1:${healthPort}/`)).status).toBe(404);
  });
});
