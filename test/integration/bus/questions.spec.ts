import { AnswerTimeoutError, currentTraceparent, NoResponderError, Questions, withTraceparent } from '@bessemer/bus';
import { conductorRpcSubject, rpcSubject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { Counted } from './counted.js';

const node = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123';

describe('Questions', () => {
  let stack: TestStack;
  let sut: Questions;
  let answerer: Questions;
  const subject = (method: string) => conductorRpcSubject('rack.1', 'ipmi', method);
  const answer = (method: string, handle: (question: Counted) => Promise<object>) =>
    answerer.answer(subject(method), { queue: 'conductor', question: Counted, handle });

  beforeAll(async () => {
    stack = await TestStack.start();
    sut = new Questions(await stack.bus('api'), stack.logger);
    answerer = new Questions(await stack.bus('conductor'), stack.logger);
    stack.onStop(() => answerer.stop());
  });
  afterAll(() => stack.stop());

  it('are answered with an instance of the answer class', async () => {
    await answer('next', async ({ node, n }) => Counted.of(node, n + 1));
    const result = await sut.ask(subject('next'), Counted.of(node, 1), { answer: Counted });
    expect(result).toBeInstanceOf(Counted);
    expect(result).toMatchObject({ node, n: 2 });
  });

  it('without a responder fail at once', async () => {
    const startedAt = performance.now();
    const failure = await sut
      .ask(subject('nobody'), Counted.of(node, 1), { answer: Counted, timeoutMs: 10_000 })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoResponderError);
    expect(failure).toMatchObject({ code: 'unavailable', details: { noResponder: true } });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('that take too long are a time-out', async () => {
    let release: (() => void) | undefined;
    await answer('slow', async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return {};
    });
    const failure = await sut
      .ask(subject('slow'), Counted.of(node, 1), { answer: Counted, timeoutMs: 100 })
      .catch((error: unknown) => error);
    release?.();
    expect(failure).toBeInstanceOf(AnswerTimeoutError);
    expect(failure).toMatchObject({ code: 'timeout' });
    expect(failure).not.toBeInstanceOf(NoResponderError);
  });

  it('bring back the error of the answerer', async () => {
    await answer('refuse', async () => {
      throw new BessemerError('node-locked', 'Busy.', { field: 'node', remedy: 'Wait.' });
    });
    await expect(sut.ask(subject('refuse'), Counted.of(node, 1), { answer: Counted })).rejects.toMatchObject({
      code: 'node-locked',
      message: 'Busy.',
      field: 'node',
      remedy: 'Wait.',
    });
  });

  it('do not bring back what an unexpected error says', async () => {
    await answer('crash', async () => {
      throw new Error('password is hunter2');
    });
    const failure = await sut
      .ask(subject('crash'), Counted.of(node, 1), { answer: Counted })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('hunter2');
  });

  it('are validated by who answers', async () => {
    await answer('checked', async () => ({}));
    await expect(sut.ask(subject('checked'), { node: 'x', n: 1 }, { answer: Counted })).rejects.toMatchObject({
      code: 'invalid',
      field: 'node',
    });
  });

  it('and their answers by who asks', async () => {
    await answer('wrong', async () => ({ node: 'x', n: 1 }));
    await expect(sut.ask(subject('wrong'), Counted.of(node, 1), { answer: Counted })).rejects.toMatchObject({
      code: 'internal',
      field: 'node',
    });
  });

  it('carry the trace of the one who asks', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    let seen: string | undefined;
    await answer('traced', async ({ node, n }) => {
      seen = currentTraceparent();
      return Counted.of(node, n);
    });
    await withTraceparent(traceparent, () => sut.ask(subject('traced'), Counted.of(node, 1), { answer: Counted }));
    expect(seen).toBe(traceparent);
  });

  it('reach one member of the queue group', async () => {
    const second = new Questions(await stack.bus('conductor'), stack.logger);
    const asked = [0, 0];
    const member = (index: number) => async (question: Counted) => {
      asked[index] = (asked[index] ?? 0) + 1;
      return question;
    };
    await answer('shared', member(0));
    await second.answer(subject('shared'), { queue: 'conductor', question: Counted, handle: member(1) });
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => sut.ask(subject('shared'), Counted.of(node, n), { answer: Counted })),
    );
    expect((asked[0] ?? 0) + (asked[1] ?? 0)).toBe(40);
    expect(Math.min(...asked)).toBeGreaterThan(0);
    await second.stop();
  });

  it('of a subject without rights fail at once', async () => {
    const stranger = new Questions(await stack.bus('dhcp'), stack.logger);
    const startedAt = performance.now();
    const failure = await stranger
      .ask(rpcSubject('dhcp', 'admit'), Counted.of(node, 1), { answer: Counted, timeoutMs: 10_000 })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BessemerError);
    expect(failure).toMatchObject({ code: 'unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('fail at once when the connection is closed', async () => {
    const bus = await stack.bus('api');
    const asker = new Questions(bus, stack.logger);
    let release: (() => void) | undefined;
    await answer('silent', async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return {};
    });
    const asked = asker
      .ask(subject('silent'), Counted.of(node, 1), { answer: Counted, timeoutMs: 10_000 })
      .catch((error: unknown) => error);
    await waitFor('the question has come', async () => release !== undefined);
    const startedAt = performance.now();
    await bus.close();
    release?.();
    expect(await asked).toMatchObject({ code: 'unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
