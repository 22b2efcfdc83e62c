/** Thrown by a parser where a file is not what it should be; the message says how, in a few words. */
export class MalformedError extends Error {}

/** A file to take apart. Reading beyond its end throws a {@link MalformedError}. */
export class Bytes {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  u8(at: number): number {
    this.need(at, 1);
    return this.#view.getUint8(at);
  }

  /** Big-endian, as the next two, unless `little` is true. */
  u16(at: number, little = false): number {
    this.need(at, 2);
    return this.#view.getUint16(at, little);
  }

  u24(at: number, little = false): number {
    const [first, middle, last] = [this.u8(at), this.u8(at + 1), this.u8(at + 2)];
    return little ? first | (middle << 8) | (last << 16) : (first << 16) | (middle << 8) | last;
  }

  u32(at: number, little = false): number {
    this.need(at, 4);
    return this.#view.getUint32(at, little);
  }

  /** A big-endian number of 64 bits; one that is too large to count with is malformed. */
  u64(at: number): number {
    const value = this.u32(at) * 2 ** 32 + this.u32(at + 4);
    if (Number.isSafeInteger(value)) return value;
    throw new MalformedError('a number in it is out of all proportion');
  }

  /** `length` bytes as characters. */
  text(at: number, length: number): string {
    this.need(at, length);
    return String.fromCharCode(...this.#bytes.subarray(at, at + length));
  }

  /** Whether the characters of `text` stand there. */
  has(text: string, at = 0): boolean {
    return at + text.length <= this.length && this.text(at, text.length) === text;
  }

  /** Where `byte` is next, from `from` on; -1 when it is not. */
  find(byte: number, from: number): number {
    return this.#bytes.indexOf(byte, from);
  }

  /** Throws unless `length` bytes stand there. */
  need(at: number, length: number): void {
    if (at >= 0 && length >= 0 && at + length <= this.length) return;
    throw new MalformedError('it is cut off');
  }

  /** Throws unless the file ends there: what follows would be something else in disguise. */
  mustEnd(at: number): void {
    if (at < this.length) throw new MalformedError('something follows its end');
    if (at > this.length) throw new MalformedError('it is cut off');
  }
}
