import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.js';
import { questions } from './question-catalogue.js';
import { schemaOf } from './reference.js';
import { decodeToken, encodeToken, workSubject } from './subjects.js';

describe('catalogue', () => {
  it.each(catalogue.map((entry) => [entry.message.name, entry] as const))(
    '%s has a valid example',
    async (_, entry) => {
      const errors = await validate(plainToInstance(entry.message, entry.example));
      expect(errors.map(String)).toEqual([]);
    },
  );

  it.each(catalogue.map((entry) => [entry.message.name, entry] as const))(
    '%s has a schema of its fields',
    (_, entry) => {
      const schema = schemaOf(entry.message) as { properties: Record<string, unknown> };
      const undeclared = entry.message.name === 'NodeEvent' ? [] : Object.keys(entry.example);
      expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(undeclared));
    },
  );

  it.each(questions.map((entry) => [entry.subject, entry] as const))('%s has schemas', (_, entry) => {
    expect(schemaOf(entry.question)).toHaveProperty('properties');
    expect(schemaOf(entry.answer)).toHaveProperty('title', entry.answer.name);
  });
});

describe('subject tokens', () => {
  it.each(['', 'default', 'rack.1', 'Ünïcode_*>', 'fake-hardware', '_'])('"%s" survives encoding', (text) => {
    const token = encodeToken(text);
    expect(token).toMatch(/^[a-z0-9_-]+$/);
    expect(decodeToken(token)).toBe(text);
  });

  it('tells the empty group from one called "_"', () => {
    expect(encodeToken('')).not.toBe(encodeToken('_'));
  });

  it('makes one token of a group with a dot', () => {
    expect(workSubject('provision', 'rack.1', 'ipmi', 'deploy').split('.')).toHaveLength(6);
  });
});
