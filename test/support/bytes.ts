/** Bytes put together by hand. */

type Part = ArrayLike<number> | readonly Part[];

/** All bytes of all parts, in their order. */
export function concat(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const add = (part: Part | number): void => {
    if (typeof part === 'number') bytes.push(part);
    else for (let i = 0; i < part.length; i++) add(part[i] as Part | number);
  };
  add(parts);
  return Uint8Array.from(bytes);
}

export const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
export const be16 = (value: number) => [value >> 8, value & 0xff];
export const be32 = (value: number) => [...be16(value >>> 16), ...be16(value & 0xffff)];
export const le16 = (value: number) => be16(value).reverse();
export const le24 = (value: number) => [...le16(value & 0xffff), value >>> 16];
export const le32 = (value: number) => be32(value).reverse();

/** Bytes without a pattern, the same each time, up to `max`. */
export function noise(length: number, max = 0xff): Uint8Array {
  let state = 12_345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % (max + 1);
  });
}
