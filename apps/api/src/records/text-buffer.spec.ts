import { describe, expect, it } from 'vitest';
import { TextBuffer } from './text-buffer.js';

describe(TextBuffer.name, () => {
  it('is the text in UTF-8, however long it grows', () => {
    const sut = new TextBuffer();
    const pieces = Array.from({ length: 5000 }, (_, index) => `${index}: ${'ä€😀'.repeat(20)}`);
    for (const piece of pieces) sut.append(piece);
    expect(sut.end().toString()).toBe(pieces.join(''));
  });

  it('keeps texts apart that grow at the same time, and those that have ended', () => {
    const first = new TextBuffer();
    first.append('one');
    const ended = first.end();
    const [second, third] = [new TextBuffer(), new TextBuffer()];
    second.append('two');
    third.append('three');
    first.append('again');
    expect([ended, second.end(), third.end(), first.end()].map(String)).toEqual(['one', 'two', 'three', 'again']);
  });
});
