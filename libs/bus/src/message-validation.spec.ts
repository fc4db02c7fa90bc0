import { HeartbeatsQuestion, NodeFields, SignalCommand, TaskEvent } from '@bessemer/contracts';
import { describe, expect, it } from 'vitest';
import { instanceOf, parseMessage } from './message-validation.js';

const event = {
  task: '0a1b2c3d-0000-4000-8000-000000000001',
  node: '0a1b2c3d-0000-4000-8000-000000000002',
  kind: 'inspect',
  epoch: 1,
  seq: 3,
  what: 'finished',
  conductor: 'conductor-1',
  at: '2026-01-02T03:04:05.000Z',
};
const withExtra = (value: unknown): object => ({
  ...event,
  patch: { fields: [{ op: 'set', path: '/extra/found', value }] },
});

describe(parseMessage.name, () => {
  it.each(['1', '"text"', '{"prototype":{}}', '[]', 'null', '{"constructor":{"constructor":1}}'])(
    'takes data with the key constructor and leaves it out: %s',
    (value) => {
      const data: unknown = JSON.parse(`{"a":[{"constructor":${value},"b":1}],"__proto__":{"c":1},"prototype":2}`);
      const parsed = parseMessage(TaskEvent, withExtra(data), 'invalid');
      expect(parsed).toBeInstanceOf(TaskEvent);
      expect(parsed.patch?.fields?.[0]?.value).toEqual({ a: [{ b: 1 }], prototype: 2 });
    },
  );

  it('leaves it out at the top of the message too', () => {
    expect(parseMessage(TaskEvent, { ...event, constructor: 'x' }, 'invalid')).toBeInstanceOf(TaskEvent);
  });

  it('leaves the key __proto__ out at the top of the message', () => {
    const message: unknown = JSON.parse(`{"__proto__":{"other":1},${JSON.stringify(event).slice(1)}`);
    const parsed = parseMessage(TaskEvent, message, 'invalid');
    expect(parsed).toBeInstanceOf(TaskEvent);
    expect(parsed).not.toHaveProperty('other');
  });

  it('keeps data with the names of the methods that all objects have', () => {
    const data = { toString: 1, valueOf: 2, hasOwnProperty: 3 };
    const parsed = parseMessage(TaskEvent, withExtra(data), 'invalid');
    expect(JSON.stringify(parsed.patch?.fields?.[0]?.value)).toBe(JSON.stringify(data));
  });

  it('makes instances of the objects in a list, and says which of them is wrong', () => {
    const signal = { task: event.task, node: event.node, kind: 'heartbeat', epoch: 1, data: {} };
    const question = (last: object): object => ({ signals: [signal, { ...signal, ...last }] });
    expect(parseMessage(HeartbeatsQuestion, question({}), 'invalid').signals[1]).toBeInstanceOf(SignalCommand);
    const parse = (): unknown => parseMessage(HeartbeatsQuestion, question({ epoch: 'one' }), 'invalid');
    expect(parse).toThrow(expect.objectContaining({ field: 'signals.1.epoch' }));
  });

  it('still says what is wrong with a message', () => {
    expect(() => parseMessage(TaskEvent, { ...withExtra({ constructor: 1 }), epoch: 'one' }, 'invalid')).toThrow(
      /epoch/,
    );
  });
});

describe(instanceOf.name, () => {
  it('makes an instance of what is not checked', () => {
    const row = instanceOf(NodeFields, { extra: JSON.parse('{"constructor":1,"a":2}') });
    expect(row).toBeInstanceOf(NodeFields);
    expect(row.extra).toEqual({ a: 2 });
  });
});
