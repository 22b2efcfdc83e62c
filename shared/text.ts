/** Counts Unicode code points, so that an emoji outside the BMP counts once. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Whether `text` has more than `limit` code points; most texts are decided by their length alone. */
export function exceedsCodePoints(text: string, limit: number): boolean {
  return text.length > limit && codePoints(text) > limit;
}

/** Composes a text (NFC), which leaves ASCII as it is. */
export function composed(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.normalize('NFC');
}

/**
 * Whether `text` takes more than `limit` bytes as UTF-8. Phones have no TextEncoder; most texts are
 * decided by their length alone.
 */
export function exceedsUtf8Bytes(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  if (text.length * 3 <= limit) return false;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes > limit;
}

/** Whether every surrogate has its other half: what has not can't be sent as UTF-8. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * Whether a reader would see nothing at all: white space, control characters, what Unicode calls
 * default-ignorable (joiners, variation selectors, fillers) and the braille blank. Unassigned code
 * points count as visible: they may be an emoji that is newer than this engine.
 */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
}

/**
 * A name as it may be shown in a line of other text: composed (NFC), without control characters and
 * the marks that turn the reading direction of what stands around them, blanks folded.
 */
export function cleanName(name: string): string {
  return name
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .normalize('NFC');
}
