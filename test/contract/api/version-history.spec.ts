import { versionHistory } from '@bessemer/api';
import { describe, expect, it } from 'vitest';

describe('the history of versions', () => {
  const told = new Set(versionHistory().map(({ minor }) => minor));

  it.each(Array.from({ length: 114 }, (_, index) => index + 2))('says what 1.%i brought', (minor) => {
    expect(told).toContain(minor);
  });
});
