/** Checks of content in the test's hands. */
import type {
  CheckResult,
  ContentCheck,
  SafetyPolicy,
  SafetyPorts,
  Said,
} from '../../worker/room/content-check.ts';
import type { CheckMark } from '../../worker/room/published-check.ts';
import { WordList } from '../../worker/safety/word-list.ts';

/** A check that is under way. */
interface Asked {
  readonly said: Said;
  readonly answer: (result: CheckResult) => void;
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  await new Promise((done) => setTimeout(done));
}

/** What a room checks with: 'bad' is a blocked word everywhere, and the test answers for WeChat. */
export class FakeSafety implements Omit<SafetyPorts, 'resubmit'> {
  readonly policy: SafetyPolicy;
  readonly moderator = { id: 'system', name: 'system' };
  /** All that was asked, also what is answered. */
  readonly asked: Asked[] = [];
  /** Written marks, the newest last. */
  readonly marks: (CheckMark | undefined)[] = [];
  /** Answers at once, without being told each time. */
  reflex: ((said: Said) => CheckResult) | undefined;
  readonly #openIds = new Map<string, string>();

  constructor(policy: Partial<SafetyPolicy> = {}) {
    this.policy = { when: 'before', onFailure: 'allow', ...policy };
  }

  readonly words = {
    check: ({ text, blockedWords }: Said): CheckResult =>
      new WordList(['bad', ...blockedWords]).matches(text) ? 'reject' : 'pass',
  };

  /** Can be taken away, as by an operator who asks WeChat no more. */
  remote?: ContentCheck = {
    check: (said: Said): Promise<CheckResult> =>
      new Promise((answer) => {
        this.asked.push({ said, answer });
        if (this.reflex) answer(this.reflex(said));
      }),
  };

  readonly openIds = {
    add: (userId: string, sealed: string) => {
      if (!this.#openIds.has(userId)) this.#openIds.set(userId, sealed);
    },
    get: (userId: string) => this.#openIds.get(userId),
  };

  readonly mark = {
    read: () => this.marks.at(-1),
    write: (mark: CheckMark | undefined) => void this.marks.push(mark),
  };

  /** The texts that were asked about. */
  get texts(): string[] {
    return this.asked.map(({ said }) => said.text);
  }

  /** Answers what was asked about this text, the last time it was. */
  async answer(text: string, result: CheckResult): Promise<void> {
    const asked = this.asked.filter(({ said }) => said.text === text).at(-1);
    if (!asked) throw new Error(`nobody asked about ${text}`);
    asked.answer(result);
    await settle();
  }
}
