const firstSize = 64 * 1024;
/** A list of 1000 nodes with all fields takes less. */
const largestSpare = 8 * 1024 * 1024;
const mostBytesPerUnit = 3;
const nothing = Buffer.alloc(0);

/** The buffer of a text that has ended, for the next one: large ones that come and go keep the garbage collector busy. */
let spare: Buffer | undefined;

function takeBuffer(): Buffer {
  const buffer = spare ?? Buffer.allocUnsafe(firstSize);
  spare = undefined;
  return buffer;
}

function giveBack(buffer: Buffer): void {
  if (buffer.length <= largestSpare && buffer.length > (spare?.length ?? 0)) spare = buffer;
}

/**
 * A text as it grows, in the bytes that are sent. A long list is never a string: joining its pieces and encoding the
 * whole would cost more than to make them.
 */
export class TextBuffer {
  private buffer = takeBuffer();
  private length = 0;

  append(text: string): void {
    const most = this.length + text.length * mostBytesPerUnit;
    if (most > this.buffer.length) this.grow(most);
    this.length += this.buffer.write(text, this.length);
  }

  /** The whole text in UTF-8; this is empty again afterwards. */
  end(): Buffer {
    const text = Buffer.from(this.buffer.subarray(0, this.length));
    giveBack(this.buffer);
    this.buffer = nothing;
    this.length = 0;
    return text;
  }

  private grow(least: number): void {
    const larger = Buffer.allocUnsafe(Math.max(least, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
