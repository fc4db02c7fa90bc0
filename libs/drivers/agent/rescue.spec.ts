import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentDouble } from '../testing/agent-double.js';
import { aNode, expectOutcome, RecordedContext } from '../testing/step-context.js';
import { AgentRescue } from './rescue.js';

describe(AgentRescue.name, () => {
  let agent: AgentDouble;
  beforeAll(async () => {
    agent = await AgentDouble.start();
  });
  afterAll(() => agent.stop());

  it('boots the ramdisk and hands the password over when the agent is there', async () => {
    const context = new RecordedContext({
      node: aNode({ rescue_interface: 'agent' }),
      kind: 'rescue',
      taskArguments: { rescue_password: 'let me in' },
    });
    const wait = expectOutcome(await context.hardware.interfaces.rescue.rescue(context), 'wait');
    context.agent = agent.contact;
    context.again(wait, 'resumed', { cause: 'heartbeat', data: {} });
    expectOutcome(await context.hardware.interfaces.rescue.rescue(context), 'done');
    expect(agent.received).toEqual([
      { name: 'rescue.finalize_rescue', params: { rescue_password: 'let me in', hashed: false } },
    ]);
  });

  it('boots the instance again', async () => {
    const context = new RecordedContext({ node: aNode({ rescue_interface: 'agent' }), kind: 'unrescue' });
    expectOutcome(await context.hardware.interfaces.rescue.unrescue(context), 'done');
    expect(context.done).toContain('progress: powering the machine on');
  });
});
