import { describe, expect, it } from 'vitest';
import { readLogLine } from './log-line.js';

describe(readLogLine.name, () => {
  it('makes a JSON line readable', () => {
    const line = '{"level":40,"time":"2026-01-02T03:04:05.678Z","service":"api","node":"n1","msg":"late"}';
    expect(readLogLine('api', line)).toEqual({ time: '2026-01-02T03:04:05.678Z', text: 'api  warn late node=n1' });
  });

  it('shows the stack of an error', () => {
    const line = '{"level":50,"msg":"failed","err":{"message":"no","stack":"Error: no\\n    at x"}}';
    expect(readLogLine('api', line).text).toBe('api  error failed Error: no\n    at x');
  });

  it.each([
    ['Postgres', '2026-01-02 03:04:05.678 UTC LOG:  ready', '2026-01-02T03:04:05.678'],
    ['the supervisor', '2026-01-02T03:04:05.678Z api runs', '2026-01-02T03:04:05.678'],
    ['NATS', '[17] 2026/01/02 03:04:05.678901 [INF] Server is ready', '2026-01-02T03:04:05.678901'],
    ['a stack trace', '    at x (y.js:1:2)', ''],
    ['half a JSON line', '{"level":30,', ''],
  ])('leaves a line of %s as it is and takes its time', (_, line, time) => {
    expect(readLogLine('x', line)).toEqual({ time, text: `x  ${line}` });
  });
});
