/** Text as a word list looks at it: only letters and digits, each in one form. */

/** A folded text, and where each of its UTF-16 units came from. */
export interface Folded {
  /** The UTF-16 units of the folded text. */
  readonly units: readonly number[];
  /** By index in `units`: whether it is the first, or the last, of a run of Latin letters and digits. */
  readonly starts: readonly boolean[];
  readonly ends: readonly boolean[];
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const LATIN = /\p{Script=Latin}/u;
const MARKS = /\p{M}+/gu;
const DIGIT = /\p{N}/u;

/** What became of a UTF-16 unit that is a character by itself: looked up in tables only once. */
const foldedUnits = new Map<number, string>();

/**
 * Folds `text`: width and other compatibility forms (NFKC), case and accents of Latin letters go, and
 * so does whatever is neither letter nor digit: blanks, line ends, punctuation, symbols, emoji, marks
 * and all that can't be seen. What was a run of Latin letters and digits stays known as such.
 */
export function fold(text: string): Folded {
  const units: number[] = [];
  const starts: boolean[] = [];
  const ends: boolean[] = [];
  let inWord = false;
  for (const character of text) {
    const folded = foldCharacter(character);
    const isWord = isWordPart(folded);
    if (!isWord) {
      if (inWord && !isMark(character)) {
        ends[ends.length - 1] = true;
        inWord = false;
      }
    }
    for (let i = 0; i < folded.length; i++) {
      starts.push(isWord && !inWord && i === 0);
      ends.push(false);
      units.push(folded.charCodeAt(i));
    }
    if (isWord) inWord = true;
  }
  if (inWord) ends[ends.length - 1] = true;
  return { units, starts, ends };
}

/** The folded text as a string. */
export function foldToString(text: string): string {
  return String.fromCharCode(...fold(text).units);
}

/** Whether a folded character belongs to a word that blanks would set apart from its neighbours. */
function isWordPart(folded: string): boolean {
  const code = folded.charCodeAt(0);
  if (code < 0x80) return true;
  return folded !== '' && (LATIN.test(folded) || DIGIT.test(folded));
}

/** An accent that stands by itself belongs to the letter before it. */
function isMark(character: string): boolean {
  return character.replace(MARKS, '') === '';
}

/** One character, folded: often nothing, now and then several. */
export function foldCharacter(character: string): string {
  if (character.length > 1) return lookUp(character);
  const unit = character.charCodeAt(0);
  let folded = foldedUnits.get(unit);
  if (folded === undefined) {
    folded = lookUp(character);
    foldedUnits.set(unit, folded);
  }
  return folded;
}

function lookUp(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x80) {
    const isDigit = code >= 0x30 && code <= 0x39;
    const isLower = code >= 0x61 && code <= 0x7a;
    if (isDigit || isLower) return character;
    return code >= 0x41 && code <= 0x5a ? String.fromCharCode(code + 0x20) : '';
  }
  let folded = '';
  for (const part of character.normalize('NFKC').toLowerCase()) {
    const base = LATIN.test(part) ? part.normalize('NFD').replace(MARKS, '') : part;
    if (LETTER_OR_DIGIT.test(base)) folded += base;
  }
  return folded;
}
