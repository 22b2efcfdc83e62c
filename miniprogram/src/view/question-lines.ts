/** From the questions of a room to what its panel shows of them. */
import type { ListedAnswer, ListedQuestion } from '../../../shared/http.ts';
import { type Face, faceOf } from './face.ts';
import type { Patch } from './row-list.ts';
import { privacyOf } from './rows.ts';
import { momentOf } from './time.ts';
import { roleText } from './words.ts';

/** So many questions of a kind are shown at first, and so many more each time somebody has seen them. */
const STEP = 30;
/** Longer texts are folded, in UTF-16 units. */
const LONG = 160;
/** And those of more lines. */
const MANY_LINES = 6;

/** What both a question and an answer show. */
export interface SaidLine extends Face {
  /** Also the id of its node, so it begins with a letter. */
  readonly key: string;
  readonly seq: number;
  readonly name: string;
  readonly role: string;
  readonly group: string;
  readonly time: string;
  /** Empty unless it is private. */
  readonly privacy: string;
  readonly text: string;
}

export interface QuestionLine extends SaidLine {
  readonly mine: boolean;
  readonly votes: number;
  readonly voted: boolean;
  readonly status: ListedQuestion['state'];
  readonly answers: readonly SaidLine[];
  /** Whether one of its texts has to be folded. */
  readonly long: boolean;
}

/** Which of them: those that wait for an answer, and the others. */
export type QuestionTab = 'open' | 'done';

export interface QuestionReader {
  readonly selfId: string;
  /** Their picture where this phone knows a better one than the server; else empty. */
  readonly ownAvatar: string;
  readonly now: number;
}

/** The line of a question. */
export function questionLine(question: ListedQuestion, reader: QuestionReader): QuestionLine {
  const { votes, voted, state, answers = [] } = question;
  const texts = [question, ...answers].map(({ text }) => text);
  return {
    ...saidLine(question, reader),
    mine: question.from.id === reader.selfId,
    votes,
    voted,
    status: state,
    answers: answers.map((answer) => saidLine(answer, reader)),
    long: texts.some((text) => text.length > LONG || text.split('\n').length > MANY_LINES),
  };
}

function saidLine({ seq, at, from, text, to }: ListedAnswer, reader: QuestionReader): SaidLine {
  const { name, role, group = '' } = from;
  const mine = from.id === reader.selfId;
  return {
    ...faceOf(from),
    ...(mine && reader.ownAvatar && { avatar: reader.ownAvatar }),
    key: `q${seq}`,
    seq,
    name,
    role: roleText(role),
    group,
    time: momentOf(at, reader.now),
    privacy: to ? privacyOf(to, false, { nameOf: () => undefined }) : '',
    text,
  };
}

/** What the panel shows, from one opening to the next: it is told nothing twice. */
export class QuestionLines {
  private readonly reader: QuestionReader;
  private readonly lines = new WeakMap<ListedQuestion, QuestionLine>();
  private readonly all: Record<QuestionTab, QuestionLine[]> = { open: [], done: [] };
  private readonly shown: Partial<Record<QuestionTab, readonly QuestionLine[]>> = {};
  private readonly limits: Record<QuestionTab, number> = { open: STEP, done: STEP };

  constructor(reader: QuestionReader) {
    this.reader = reader;
  }

  /** What of the panel's data changes with these questions. The first time that is all of it. */
  show(questions: readonly ListedQuestion[]): Patch {
    this.all.open = [];
    this.all.done = [];
    for (const question of questions) {
      this.all[question.state === 'open' ? 'open' : 'done'].push(this.lineOf(question));
    }
    return { ...this.patch('open'), ...this.patch('done') };
  }

  /** More of the questions of a kind: nothing changes when there are no more. */
  extend(tab: QuestionTab): Patch {
    if (this.all[tab].length <= this.limits[tab]) return {};
    this.limits[tab] += STEP;
    return this.patch(tab);
  }

  private lineOf(question: ListedQuestion): QuestionLine {
    const known = this.lines.get(question);
    if (known) return known;
    const line = questionLine(question, this.reader);
    this.lines.set(question, line);
    return line;
  }

  /** By path where that is possible: a list can't be made shorter so. */
  private patch(tab: QuestionTab): Patch {
    const before = this.shown[tab];
    const after = this.all[tab].slice(0, this.limits[tab]);
    this.shown[tab] = after;
    if (!before || after.length < before.length) return { [tab]: after };
    const changed = after.flatMap((line, index) =>
      line === before[index] ? [] : [[`${tab}[${index}]`, line] as const],
    );
    return Object.fromEntries(changed);
  }
}
