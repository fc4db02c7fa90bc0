import { describe, expect, it } from 'vitest';
import { parseHtpasswd } from './htpasswd.js';

const rest = 'PakjJrt4sTrdWKNX3C/HsuO3o/7IOAHmi6ynY1Iwnwlmuovhqxg3C';

describe('parseHtpasswd', () => {
  it('reads every kind of bcrypt, and over comments, empty lines and line ends of other systems', () => {
    const text = `# those who may\r\n\r\nada:$2y$04$${rest}\r\nbob:$2b$10$${rest}\ncleo:$2a$12$${rest}:more\n`;
    expect([...parseHtpasswd(text)]).toEqual([
      ['ada', `$2y$04$${rest}`],
      ['bob', `$2b$10$${rest}`],
      ['cleo', `$2a$12$${rest}`],
    ]);
  });

  it.each([
    ['nothing', '# nobody\n', /names no user/],
    ['another kind of hash', 'ada:$apr1$x$y\n', /^Line 1: .*bcrypt/],
    ['a password', 'ada:s3cret\n', /^Line 1: .*bcrypt/],
    ['a hash that is cut short', `ada:$2y$04$${rest}\nbob:$2y$04$${rest.slice(1)}`, /^Line 2: .*bcrypt/],
    ['a cost that takes minutes', `ada:$2y$31$${rest}`, /cost 4 to 17/],
    ['no name', `:$2y$04$${rest}`, /^Line 1: an entry/],
    ['a user twice', `ada:$2y$04$${rest}\nada:$2y$05$${rest}`, /^Line 2: the user is there already/],
  ])('refuses %s, and shows nothing of it', (_, text, message) => {
    expect(() => parseHtpasswd(text)).toThrow(message);
    expect(() => parseHtpasswd(text)).not.toThrow(/s3cret|\$apr1|Pakj/);
  });
});
