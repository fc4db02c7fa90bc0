import { describe, expect, it } from 'vitest';
import { aNode, aPort, type ContextValues, expectOutcome, patched, RecordedContext } from '../testing/step-context.js';
import { AgentInspect } from './inspect.js';

describe(AgentInspect.name, () => {
  const contextOf = (values: ContextValues = {}) =>
    new RecordedContext({ node: aNode({ inspect_interface: 'agent' }), kind: 'inspect', ...values });
  const inspect = (context: RecordedContext) => context.hardware.interfaces.inspect.inspect(context);
  const result = (state: string, more = {}) =>
    ({ cause: 'introspection', data: { state, node: 'x', introspection: 'y', discovered: false, ...more } }) as const;

  it('admits the MACs before power-on and waits until the time-out', async () => {
    const context = contextOf();
    const wait = expectOutcome(await inspect(context), 'wait');
    expect(wait.for).toBe('introspection');
    expect(wait.until.getTime()).toBeGreaterThan(Date.now() + 1_700_000);
    const admitted = context.done.indexOf(`admit ${aPort().address}`);
    expect(admitted).toBeGreaterThanOrEqual(0);
    expect(admitted).toBeLessThan(context.done.indexOf('forget agent'));
    expect(context.done.indexOf('forget agent')).toBeLessThan(
      context.done.indexOf('progress: powering the machine on'),
    );
  });

  it('tries again while a segment is silent, with the machine left as it is', async () => {
    const context = contextOf();
    context.admissionInPlace = false;
    expect(expectOutcome(await inspect(context), 'retry').reason).toContain('segment lan is silent');
    expect(context.done).toEqual([`admit ${aPort().address}`]);
  });

  it('fails with what to do when the machine has no port', async () => {
    const outcome = expectOutcome(await inspect(contextOf({ ports: [] })), 'fail');
    expect(outcome.message).toContain('Create a port');
  });

  it('keeps waiting, to the same end, when it is called without a result', async () => {
    const context = contextOf();
    const wait = expectOutcome(await inspect(context), 'wait');
    context.done.length = 0;
    const again = expectOutcome(await inspect(context.again(wait, 'interrupted')), 'wait');
    expect(again.until).toEqual(wait.until);
    expect(context.done).toEqual([]);
  });

  it('answers what was found, with network boot refused and the machine off', async () => {
    const context = contextOf();
    const wait = await inspect(context);
    context.done.length = 0;
    const patch = { fields: [{ op: 'set', path: '/properties/cpus', value: 8 }], ports: [] };
    const done = expectOutcome(await inspect(context.again(wait, 'resumed', result('finished', { patch }))), 'done');
    expect(patched(done)).toEqual({ '/power_state': 'power off', '/properties/cpus': 8 });
    expect(context.done.indexOf('refuse')).toBeLessThan(context.done.indexOf('progress: powering the machine off'));
  });

  it('concludes from memory when it was interrupted after the result came', async () => {
    const context = contextOf();
    context.memory = { booted: true, result: { state: 'finished' } };
    expectOutcome(await inspect(context), 'done');
  });

  it("fails with the inspector's reason, cleared away too", async () => {
    const context = contextOf();
    const wait = await inspect(context);
    const outcome = await inspect(context.again(wait, 'resumed', result('error', { error: 'no disks' })));
    expect(expectOutcome(outcome, 'fail').message).toContain('no disks');
    expect(context.done).toContain('refuse');
  });
});
