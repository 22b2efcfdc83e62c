import { type Folded, fold, foldCharacter } from './fold.ts';

/** A state of the automaton. */
interface Node {
  readonly next: Map<number, number>;
  /** The state of the longest proper suffix that begins a word, too. */
  fail: number;
  /** Length of the word that ends here, in UTF-16 units; 0 for none. */
  length: number;
  /** Whether that word has to be a word of the text, too, and not a part of one. */
  whole: boolean;
  /** The nearest state along `fail` at which a word ends; 0 for none. */
  shorter: number;
}

const ROOT = 0;
const LATIN_WORD = /^[\p{Script=Latin}\p{N}]+$/u;

/**
 * Finds any of many words in a text in one pass over it (Aho-Corasick), however many there are. Both
 * sides are folded: neither case nor width nor anything put between the letters hides a word. A word
 * of Latin letters and digits alone counts only where it begins and ends with a word of the text
 * ("s h i t", but not "class hit"); Chinese is written without blanks, so that has no such bounds.
 */
export class WordList {
  readonly #nodes: Node[] = [newNode()];
  /** Finds nothing in a text in which no word can begin, as in most of what people say. */
  readonly #suspicious: RegExp;

  /** Words of which folding leaves nothing are left out: they would be found everywhere. */
  constructor(words: Iterable<string>) {
    for (const word of words) this.#add(word);
    this.#link();
    this.#suspicious = beginningOf([...this.#node(ROOT).next.keys()]);
  }

  /** Whether one of the words stands in `text`; `folded` gives what it folds to, asked for only if need be. */
  matches(text: string, folded: () => Folded = () => fold(text)): boolean {
    return this.#suspicious.test(text) && this.#isIn(folded());
  }

  #isIn(folded: Folded): boolean {
    let state = ROOT;
    for (let at = 0; at < folded.units.length; at++) {
      state = this.#step(state, folded.units[at] as number);
      if (this.#endsWord(state, folded, at)) return true;
    }
    return false;
  }

  #add(word: string): void {
    const { units } = fold(word);
    if (units.length === 0) return;
    let state = ROOT;
    for (const unit of units) {
      const next = this.#node(state).next.get(unit);
      if (next !== undefined) state = next;
      else {
        this.#node(state).next.set(unit, this.#nodes.length);
        state = this.#nodes.length;
        this.#nodes.push(newNode());
      }
    }
    const last = this.#node(state);
    last.length = units.length;
    last.whole = LATIN_WORD.test(String.fromCharCode(...units));
  }

  /** Level by level: what a state falls back on is nearer to the root. */
  #link(): void {
    const queue = [...this.#node(ROOT).next.values()];
    // The queue grows while it is walked through.
    for (const state of queue) {
      const { next, fail } = this.#node(state);
      for (const [unit, child] of next) {
        const node = this.#node(child);
        node.fail = this.#step(fail, unit);
        const fallback = this.#node(node.fail);
        node.shorter = fallback.length > 0 ? node.fail : fallback.shorter;
        queue.push(child);
      }
    }
  }

  #step(from: number, unit: number): number {
    for (let state = from; ; state = this.#node(state).fail) {
      const next = this.#node(state).next.get(unit);
      if (next !== undefined) return next;
      if (state === ROOT) return ROOT;
    }
  }

  #endsWord(state: number, { starts, ends }: Folded, at: number): boolean {
    let candidate = this.#node(state).length > 0 ? state : this.#node(state).shorter;
    while (candidate !== ROOT) {
      const { length, whole, shorter } = this.#node(candidate);
      if (!whole || (starts[at - length + 1] && ends[at])) return true;
      candidate = shorter;
    }
    return false;
  }

  #node(state: number): Node {
    return this.#nodes[state] as Node;
  }
}

/** What stands between Chinese characters, and ASCII. */
const USUAL = [
  ...Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index)),
  ...'\n，。！？、：；…—～“”‘’（）《》【】',
];

/**
 * Finds whatever folding might turn into one of these units. Chinese characters are what they are,
 * and of what else is usual it is looked up; all that is unusual is found.
 */
function beginningOf(units: readonly number[]): RegExp {
  const harmless = USUAL.filter((character) => {
    const folded = foldCharacter(character);
    return [...folded].every((letter) => !units.includes(letter.charCodeAt(0)));
  });
  const codes = harmless.map((character) => escapeUnit(character.charCodeAt(0)));
  return new RegExp(`[^${codes.join('')}\\u4e00-\\u9fff]|[${units.map(escapeUnit).join('')}]`);
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

function newNode(): Node {
  return { next: new Map(), fail: ROOT, length: 0, whole: false, shorter: ROOT };
}
