import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderDiagram, renderLifecycle } from './diagram.js';
import { repositoryRoot } from './repository.js';
import { provisionStates } from './states.js';
import { transitions } from './transitions.js';

describe(renderDiagram.name, () => {
  const lines = renderDiagram().split('\n');

  it('declares every state once', () => {
    for (const state of provisionStates) {
      expect(lines.filter((line) => line.startsWith(`  state "${state}" as `))).toHaveLength(1);
    }
  });

  it('draws every transition', () => {
    const drawn = lines
      .filter((line) => line.includes(' --> ') && line.includes(' : '))
      .flatMap((line) => (line.split(' : ')[1] ?? '').split(', '));
    expect(drawn).toHaveLength(transitions.length);
  });
});

describe(renderLifecycle.name, () => {
  it('is what the committed reference page holds', () => {
    expect(readFileSync(join(repositoryRoot(), 'docs/reference/lifecycle.md'), 'utf8')).toBe(renderLifecycle());
  });
});
