import type { CheckResult, ContentCheck, Said } from '../room/content-check.ts';
import { type Folded, fold } from './fold.ts';
import { WordList } from './word-list.ts';
import { DEFAULT_WORDS } from './words.ts';

let defaults: WordList | undefined;

/** The list that no room does without, built when it is first needed. */
function defaultList(): WordList {
  defaults ??= new WordList(DEFAULT_WORDS);
  return defaults;
}

/** Checks by a list of words: the one of `words.ts`, and the room's own. */
export class WordCheck implements ContentCheck<CheckResult> {
  #words: readonly string[] = [];
  #list: WordList | undefined;

  check({ text, blockedWords }: Pick<Said, 'text' | 'blockedWords'>): CheckResult {
    let known: Folded | undefined;
    const folded = () => {
      known ??= fold(text);
      return known;
    };
    const blocked =
      defaultList().matches(text, folded) || this.#listOf(blockedWords)?.matches(text, folded);
    return blocked ? 'reject' : 'pass';
  }

  #listOf(words: readonly string[]): WordList | undefined {
    if (words !== this.#words) {
      this.#words = words;
      this.#list = words.length > 0 ? new WordList(words) : undefined;
    }
    return this.#list;
  }
}

/** Whether a name may be shown, in whatever room. */
export function isAcceptableName(name: string): boolean {
  return !defaultList().matches(name);
}
