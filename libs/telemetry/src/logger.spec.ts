import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';

const secret = 'correct-horse-battery';

describe(createLogger.name, () => {
  const lines = (log: (logger: ReturnType<typeof createLogger>) => void): string => {
    let text = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    log(createLogger('test', 'info', stream));
    return text;
  };

  it('tells of an error what it is, and nothing of the values of its statement', () => {
    const values = { parameters: [secret], detail: secret, where: secret, internalQuery: secret };
    const error = (name: string): Error => Object.assign(new Error(name), { ...values, code: '23505' });
    const whole = Object.assign(error('outer'), { driverError: error('inner'), cause: error('cause') });
    const text = lines((logger) => {
      logger.error({ err: whole }, 'failed');
      logger.error({ err: new AggregateError([error('one of several')], 'several') }, 'failed');
      logger.error({ err: 'no error' }, 'failed');
    });
    expect(text).not.toContain(secret);
    for (const told of ['outer', 'cause', '23505', 'one of several', 'no error']) expect(text).toContain(told);
  });

  it('drops what stands under the name of a secret', () => {
    expect(lines((logger) => logger.info({ a: { b: { token: secret } }, password: secret }, 'x'))).not.toContain(
      secret,
    );
  });
});
