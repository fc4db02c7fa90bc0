import type { JsonObject, NodeRecord, TaskKind } from '@bessemer/contracts';
import { createHardwareTypes, type NodeView, type StepReference } from '@bessemer/drivers';
import { describe, expect, it } from 'vitest';
import type { PlannedStep, TaskRow } from '../tasks/task.js';
import type { FlowContext, FlowPolicy } from './flow.js';
import { flows } from './index.js';

const types = createHardwareTypes({
  enabled: ['fake-hardware'],
  fakeDelayMs: 0,
  ipmitoolPath: 'ipmitool',
  workDir: '/tmp',
  now: () => new Date(0),
});

interface Given {
  verb?: string;
  arguments?: JsonObject;
  node?: Partial<NodeRecord>;
  policy?: Partial<FlowPolicy>;
}

function contextOf(kind: TaskKind, given: Given = {}): FlowContext {
  const node = {
    uuid: '6e1dc1a4-2d0f-4b1e-9e33-1a1a39a7dd10',
    driver: 'fake-hardware',
    driver_info: {},
    instance_info: {},
    automated_clean: null,
    disable_power_off: false,
    retired: false,
    ...given.node,
  } as NodeView;
  return {
    task: { kind, verb: given.verb ?? kind } as TaskRow,
    node,
    hardware: types.resolve({ ...node, driver: 'fake-hardware' }),
    arguments: given.arguments ?? {},
    policy: { automatedClean: true, powerOffAfterDeployFailure: true, cleanStepPriorities: new Map(), ...given.policy },
  };
}

const names = (steps: readonly PlannedStep[]): string[] =>
  steps.map(({ reference }) => `${reference.interface}.${reference.step}`);

const plan = (kind: TaskKind, given?: Given): string[] => names(flows[kind].plan(contextOf(kind, given)));

const bios = { interface: 'bios', step: 'factory_reset' };
const reference = (step: string, priority: number): StepReference => ({
  interface: 'deploy',
  step,
  priority,
  args: {},
});

describe('plans', () => {
  it('of automated cleaning stand between preparation and tear-down, highest priority first', () => {
    const steps = flows.clean.plan(contextOf('clean', { verb: 'provide' }));
    expect(names(steps).at(0)).toBe('deploy.prepare_cleaning');
    expect(names(steps).at(-1)).toBe('deploy.tear_down_cleaning');
    const priorities = steps.slice(1, -1).map((step) => step.reference.priority);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
  });

  it.each([
    ['the node', { node: { automated_clean: false } }],
    ['the operator', { policy: { automatedClean: false } }],
  ])('of cleaning are empty where %s does not want it', (_, given) => {
    expect(plan('clean', { verb: 'provide', ...given })).toEqual([]);
  });

  it('of cleaning follow the priorities that the operator gives', () => {
    const own = plan('clean', { verb: 'provide' }).slice(1, -1);
    const [first] = own;
    const without = new Map([[String(first), 0]]);
    expect(plan('clean', { verb: 'provide', policy: { cleanStepPriorities: without } })).not.toContain(first);
    const raised = new Map([['bios.factory_reset', 1000]]);
    expect(plan('clean', { verb: 'provide', policy: { cleanStepPriorities: raised } })[1]).toBe('bios.factory_reset');
  });

  it('of manual cleaning keep the given order, with the conductor’s own steps in it', () => {
    const clean_steps = [{ interface: 'power', step: 'reboot' }, bios, { interface: 'bios', step: 'hold' }, bios];
    expect(plan('clean', { verb: 'clean', arguments: { clean_steps } })).toEqual([
      'power.reboot',
      'bios.factory_reset',
      'bios.hold',
      'bios.factory_reset',
    ]);
  });

  it('of manual cleaning refuse what the node cannot do', () => {
    const clean_steps = [{ interface: 'bios', step: 'no_such_step' }];
    expect(() => plan('clean', { verb: 'clean', arguments: { clean_steps } })).toThrow(/does not support/);
  });

  it('of a deployment put the user’s steps and the conductor’s own where their priorities say', () => {
    const deploy_steps = [
      { interface: 'bios', step: 'factory_reset', priority: 150, args: {} },
      { interface: 'power', step: 'hold', priority: 120, args: {} },
      { interface: 'raid', step: 'no_such_step', priority: 90, args: {} },
    ];
    expect(plan('deploy', { arguments: { deploy_steps } })).toEqual([
      'deploy.prepare',
      'bios.factory_reset',
      'power.hold',
      'deploy.deploy',
    ]);
  });

  it('of a deployment go on with what the agent has made known, and repeat nothing', () => {
    const context = contextOf('deploy');
    const done = flows.deploy.plan(context).map((step, position) => ({
      ...step,
      task: '',
      position,
      status: 'finished' as const,
      attempt: 'first' as const,
      wake_up: null,
      memory: {},
      tries: 0,
      blocked_until: null,
      started_at: null,
    }));
    const then = [reference('deploy', 100), reference('write_image', 80), reference('boot_instance', 20)];
    expect(names(flows.deploy.replan?.(context, then, done) ?? [])).toEqual([
      'deploy.write_image',
      'deploy.boot_instance',
    ]);
  });

  it('of an undeploy clear the rescue ramdisk away where there is one, and clean afterwards', () => {
    expect(plan('undeploy', { node: { instance_info: { rescue_password: 'x' }, automated_clean: false } })).toEqual([
      'rescue.rescue_clean_up',
      'deploy.clean_up',
      'deploy.tear_down',
    ]);
    expect(plan('undeploy').slice(0, 3)).toEqual(['deploy.clean_up', 'deploy.tear_down', 'deploy.prepare_cleaning']);
  });
});

describe('completions', () => {
  it.each([
    ['clean', 'provide', false, 'done'],
    ['clean', 'provide', true, 'manage'],
    ['clean', 'clean', false, 'manage'],
    ['undeploy', 'deleted', false, 'done'],
    ['undeploy', 'deleted', true, 'manage'],
    ['deploy', 'active', false, 'done'],
    ['power', 'power on', false, undefined],
  ] as const)('%s by %s, retired: %s, ends with %s', (kind, verb, retired, event) => {
    expect(flows[kind].completion(contextOf(kind, { verb, node: { retired } }))).toBe(event);
  });
});
