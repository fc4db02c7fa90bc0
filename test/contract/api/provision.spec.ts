import { openSecrets, openStepArguments } from '@bessemer/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { type Answer, ApiFixture } from './api-fixture.js';
import { eventsOf } from './published-events.js';

const bios = { interface: 'bios', step: 'factory_reset' };
const deployStep = { ...bios, args: {}, priority: 10 };

/** States that a node is set to, so that a verb may be asked for there. */
const statesOf: Readonly<Record<string, string>> = {
  clean: 'manageable',
  inspect: 'manageable',
  active: 'available',
  deploy: 'available',
  rebuild: 'active',
  service: 'active',
  rescue: 'active',
  deleted: 'active',
};

describe('arguments of the provisioning verbs', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const nodeIn = async (state: string, fields: object = {}): Promise<string> => {
    const node = await sut.node({ ...fields });
    await sut.api.database.query('UPDATE nodes SET provision_state = $2 WHERE uuid = $1', [node, state]);
    return node;
  };
  const ask = (node: string, target: string, args: object = {}, version = '1.115'): Promise<Answer> =>
    sut.request('PUT', `/v1/nodes/${node}/states/provision`, { body: { target, ...args }, version });
  const answerOf = async (verb: string, args: object, version?: string): Promise<[number, string]> => {
    const node = await nodeIn(statesOf[verb] ?? verb);
    const before = await sut.shown(node);
    const { status, fault } = await ask(node, verb, args, version);
    if (status !== 202) expect(await sut.shown(node)).toEqual(before);
    return [status, fault];
  };

  it.each<[string, string, object, string, number]>([
    ['configdrive', 'active', { configdrive: 'H4sI' }, '1.1', 202],
    ['configdrive', 'rebuild', { configdrive: 'H4sI' }, '1.35', 202],
    ['configdrive', 'rebuild', { configdrive: 'H4sI' }, '1.34', 400],
    ['configdrive', 'deploy', { configdrive: 'H4sI' }, '1.115', 400],
    ['configdrive', 'clean', { configdrive: 'H4sI', clean_steps: [bios] }, '1.115', 400],
    ['configdrive as an object', 'active', { configdrive: { meta_data: {} } }, '1.56', 202],
    ['configdrive as an object', 'active', { configdrive: { meta_data: {} } }, '1.55', 400],
    ['vendor_data', 'active', { configdrive: { vendor_data: {} } }, '1.59', 202],
    ['vendor_data', 'active', { configdrive: { vendor_data: {} } }, '1.58', 400],
    ['clean_steps', 'clean', { clean_steps: [bios] }, '1.15', 202],
    ['clean_steps', 'inspect', { clean_steps: [bios] }, '1.115', 400],
    ['deploy_steps', 'active', { deploy_steps: [deployStep] }, '1.69', 202],
    ['deploy_steps', 'active', { deploy_steps: [deployStep] }, '1.68', 406],
    ['deploy_steps', 'rebuild', { deploy_steps: [deployStep] }, '1.69', 202],
    ['deploy_steps', 'rebuild', { deploy_steps: [deployStep] }, '1.68', 406],
    ['deploy_steps', 'clean', { deploy_steps: [deployStep], clean_steps: [bios] }, '1.115', 400],
    ['deploy_steps', 'clean', { deploy_steps: [deployStep], clean_steps: [bios] }, '1.68', 406],
    ['service_steps', 'service', { service_steps: [bios] }, '1.87', 202],
    ['service_steps', 'clean', { service_steps: [bios], clean_steps: [bios] }, '1.115', 400],
    ['rescue_password', 'rescue', { rescue_password: 'let me in' }, '1.38', 202],
    ['rescue_password', 'deleted', { rescue_password: 'let me in' }, '1.115', 400],
    ['disable_ramdisk', 'clean', { clean_steps: [bios], disable_ramdisk: true }, '1.70', 202],
    ['disable_ramdisk', 'clean', { clean_steps: [bios], disable_ramdisk: true }, '1.69', 406],
    ['disable_ramdisk', 'service', { service_steps: [bios], disable_ramdisk: true }, '1.108', 202],
    ['disable_ramdisk', 'service', { service_steps: [bios], disable_ramdisk: true }, '1.107', 406],
    ['disable_ramdisk', 'active', { disable_ramdisk: false }, '1.115', 400],
    ['disable_ramdisk', 'active', { disable_ramdisk: false }, '1.69', 406],
    ['runbook', 'clean', { runbook: 'nobody' }, '1.91', 406],
    ['runbook', 'active', { runbook: 'nobody' }, '1.115', 400],
    ['runbook', 'active', { runbook: 'nobody' }, '1.91', 406],
    ['nulls', 'active', { configdrive: null, clean_steps: null, rescue_password: null, runbook: null }, '1.1', 202],
    ['empty lists', 'active', { clean_steps: [], deploy_steps: [], service_steps: [] }, '1.1', 202],
  ])('%s with %s: %j at %s is %i', async (_, verb, args, version, status) => {
    expect((await answerOf(verb, args, version))[0]).toBe(status);
  });

  it.each<[string, string, object, string]>([
    ['clean', 'no steps', {}, 'clean_steps'],
    ['clean', 'an empty list', { clean_steps: [] }, 'clean_steps'],
    ['service', 'no steps', {}, 'service_steps'],
    ['rescue', 'no password', {}, 'rescue_password'],
    ['rescue', 'a blank password', { rescue_password: '  ' }, 'rescue_password'],
    ['clean', 'steps that are no list', { clean_steps: 'x' }, 'clean_steps'],
    ['clean', 'a step that is no object', { clean_steps: ['bios.x'] }, 'clean_steps/0'],
    ['clean', 'an unknown interface', { clean_steps: [{ ...bios, interface: 'network' }] }, 'network'],
    ['clean', 'a step without a name', { clean_steps: [{ interface: 'bios' }] }, 'step'],
    ['clean', 'arguments that are no object', { clean_steps: [{ ...bios, args: 'x' }] }, 'args'],
    ['clean', 'a priority', { clean_steps: [{ ...bios, priority: 1 }] }, 'priority'],
    ['clean', 'an unknown member', { clean_steps: [{ ...bios, foo: 1 }] }, 'foo'],
    [
      'clean',
      'child nodes that are no list',
      { clean_steps: [{ ...bios, limit_child_node_execution: 'a' }] },
      'limit_',
    ],
    ['clean', 'a flag that is none', { clean_steps: [bios], disable_ramdisk: 'perhaps' }, 'disable_ramdisk'],
    ['clean', 'a step that may do anything', { clean_steps: [{ interface: 'vendor', step: 'send_raw' }] }, 'send_raw'],
    [
      'service',
      'a step that may do anything',
      { service_steps: [{ interface: 'vendor', step: 'send_raw' }] },
      'send_raw',
    ],
    [
      'active',
      'a step that may do anything',
      { deploy_steps: [{ ...deployStep, interface: 'vendor', step: 'send_raw' }] },
      'send_raw',
    ],
    ['clean', 'a wait of no length', { clean_steps: [{ ...bios, step: 'wait', args: { seconds: 'soon' } }] }, 'soon'],
    ['active', 'a step without a priority', { deploy_steps: [{ ...bios, args: {} }] }, 'priority'],
    ['active', 'a step without arguments', { deploy_steps: [{ ...bios, priority: 1 }] }, 'args'],
    ['active', 'a step twice', { deploy_steps: [deployStep, deployStep] }, 'bios.factory_reset'],
    ['active', 'a config drive that is a list', { configdrive: [] }, 'configdrive'],
    ['active', 'a config drive with an unknown part', { configdrive: { foo: {} } }, 'foo'],
    ['active', 'a sealed config drive', { configdrive: { meta_data: { $sealed: 'x', kid: 'y' } } }, '$sealed'],
    ['clean', 'a sealed argument', { clean_steps: [{ ...bios, args: { a: { $sealed: 'x', kid: 'y' } } }] }, '$sealed'],
    ['active', 'an unknown argument', { colour: 'red' }, 'colour'],
  ])('%s refuses %s', async (verb, _, args, named) => {
    expect(await answerOf(verb, args)).toEqual([400, expect.stringContaining(named)]);
  });

  it('finds fault with the form first, then with the version of the verb, the maintenance, the state and the arguments', async () => {
    const node = await nodeIn('enroll', { maintenance: true });
    const wrong = { clean_steps: 'x' };
    expect((await ask('no-such-node', 'clean', wrong)).status).toBe(400);
    expect((await ask('no-such-node', 'clean', { clean_steps: [{}] })).status).toBe(404);
    const tooOld = await ask(node, 'service', { service_steps: [{}] }, '1.86');
    expect(tooOld.status).toBe(406);
    expect((await ask(node, 'active', { deploy_steps: [{}] })).fault).toContain('maintenance');
    expect((await ask(node, 'clean', { clean_steps: [{}] })).fault).toContain('while it is in state "enroll"');
    const cleanable = await nodeIn('manageable');
    expect((await ask(cleanable, 'clean', { clean_steps: [{}] })).fault).toContain('interface');
  });

  it('reach the conductor as they were accepted, secrets sealed, and are validated without them', async () => {
    const node = await nodeIn('manageable');
    const clean_steps = [
      { ...bios, args: { token: 'open-sesame', plain: 1 } },
      { ...bios, args: {}, order: 3 },
    ];
    expect((await ask(node, 'clean', { clean_steps, disable_ramdisk: 'yes' })).status).toBe(202);
    const { arguments: given } = await sut.conductor.command(node, 'clean');
    expect(JSON.stringify(given)).not.toContain('open-sesame');
    expect(openStepArguments(given, [sut.sealingKey])).toEqual({ clean_steps, disable_ramdisk: true });
    const masked = [{ ...bios, args: { token: '******', plain: 1 } }, clean_steps[1]];
    expect(sut.conductor.questions.at(-1)).toMatchObject({ verb: 'clean', arguments: { clean_steps: masked } });
  });

  it('show the step that runs with its secrets masked, on the node and in events', async () => {
    const node = await nodeIn('manageable');
    await ask(node, 'clean', { clean_steps: [{ ...bios, args: { token: 'open-sesame' } }] });
    const command = await sut.conductor.command(node, 'clean');
    const [step] = command.arguments['clean_steps'] as { args: object }[];
    const running = { ...bios, priority: 0, abortable: true, index: 0, args: { ...step?.args } };
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'step-started', step: running },
    ]);
    const shown = await waitFor('the step', async () => {
      const { clean_step: current } = await sut.shown(node);
      return Object.keys(Object(current)).length > 0 ? current : undefined;
    });
    expect(shown).toMatchObject({ ...bios, args: { token: '******' } });
    expect((await sut.get(`/v1/nodes/${node}/explain`)).body['step']).toMatchObject({ args: { token: '******' } });
    await sut.conductor.report(command, { what: 'waiting', transition: 'wait', reason: 'Waits.' });
    await sut.reaches(node, 'clean wait');
    expect(JSON.stringify(await eventsOf(sut, node))).not.toContain('$sealed');
  });

  it('keep a rescue password sealed under its own name', async () => {
    const node = await nodeIn('active');
    await ask(node, 'rescue', { rescue_password: 'open-sesame' });
    const { arguments: given } = await sut.conductor.command(node, 'rescue');
    expect(openSecrets(given, [sut.sealingKey], { node, field: 'arguments' })).toEqual({
      rescue_password: 'open-sesame',
    });
  });

  it('shows the abort that a step of a service has to end before', async () => {
    const node = await nodeIn('active');
    await ask(node, 'service', { service_steps: [bios] });
    const command = await sut.conductor.command(node, 'service');
    const step = { ...bios, priority: 0, abortable: false, index: 0 };
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'step-started', step },
      { what: 'waiting', transition: 'wait', step, reason: 'The agent works.' },
    ]);
    await sut.reaches(node, 'service wait');
    expect((await ask(node, 'abort', {})).status).toBe(202);
    expect(await sut.shown(node)).toMatchObject({
      provision_state: 'service wait',
      service_step: { step: bios.step, abort_after: true },
    });
  });

  it('pass steps for child nodes on, with the children that the node has', async () => {
    const forChildren = { ...bios, args: {}, execute_on_child_nodes: true, limit_child_node_execution: ['a'] };
    const own = { interface: 'raid', step: 'delete_configuration', args: {} };
    const parent = await nodeIn('manageable');
    const first = await sut.node({ parent_node: parent });
    const second = await sut.node({ parent_node: parent });
    expect((await ask(parent, 'clean', { clean_steps: [forChildren, own] })).status).toBe(202);
    expect(await sut.conductor.command(parent, 'clean')).toMatchObject({
      arguments: { clean_steps: [forChildren, own] },
      children: [first, second],
    });
  });

  it.each(['hold', 'wait'])(
    'are refused for a step %s on child nodes, which would stop nothing there',
    async (step) => {
      const node = await nodeIn('manageable');
      const clean_steps = [{ interface: 'power', step, execute_on_child_nodes: true }];
      const refused = await ask(node, 'clean', { clean_steps });
      expect([refused.status, refused.fault]).toEqual([
        400,
        expect.stringContaining('cannot be executed on child nodes'),
      ]);
      expect((await sut.shown(node))['provision_state']).toBe('manageable');
    },
  );
});
