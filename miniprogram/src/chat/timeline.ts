/**
 * What was said in a room, as far as it is known here: one unbroken stretch of the log, in order,
 * each event once, with recalls, votes and answers folded into the messages that they are about.
 */
import type { Cursor } from '../../../shared/cursor.ts';
import type {
  ChatAction,
  ChatEvent,
  ChatMessage,
  ChatSanction,
  ChatSlowMode,
  Content,
  UnknownEvent,
  User,
  WelcomeFrame,
} from '../../../shared/protocol.ts';

/** What was done to somebody, or to the pace of the room. */
export type ChatModeration = ChatSanction | ChatSlowMode;

/** A message, and what became of it; or what was done by those who run the room. */
export interface Entry {
  readonly event: ChatMessage | ChatModeration;
  /** What it says now: once recalled, nothing. */
  readonly content: Content | { readonly type: 'moderation'; readonly act: ChatModeration };
  /** Who recalled it, where that is known. */
  readonly recalledBy?: User;
  /** Of a question: how many want to know it too, whether the reader does, and how it stands. */
  readonly votes: number;
  readonly voted: boolean;
  readonly answered: boolean;
  readonly resolved: boolean;
}

/** What a frame did to the timeline. */
export interface TimelineChange {
  /** Everything before is gone; `appended` is what there is now. */
  cleared: boolean;
  /** New at the end, oldest first. */
  appended: Entry[];
  /** Older ones put before the first, oldest first. */
  prepended: Entry[];
  /** Changed where they stand. */
  updated: Entry[];
}

/** A part of a timeline that can be kept as text and continued from later. */
export interface Snapshot {
  readonly epoch: string;
  /** The stretch known: after `start`, up to and including `upTo`. */
  readonly start: number;
  readonly upTo: number;
  /** Whether the log holds older ones. */
  readonly more: boolean;
  readonly events: readonly ChatEvent[];
}

/** What is known of a message apart from its own event; it can be known before the message is. */
interface Marks {
  /** The first, whichever was heard of first. */
  recall?: ChatAction;
  readonly voters: Set<string>;
  readonly answers: Set<number>;
  resolved: boolean;
}

export const noChange = (): TimelineChange => ({
  cleared: false,
  appended: [],
  prepended: [],
  updated: [],
});

/** Two changes, one after the other, as one. */
export function joinChanges(
  first: TimelineChange | undefined,
  second: TimelineChange | undefined,
): TimelineChange | undefined {
  if (!first || !second || second.cleared) return second ?? first;
  return {
    cleared: first.cleared,
    appended: [...first.appended, ...second.appended],
    prepended: [...second.prepended, ...first.prepended],
    updated: [...first.updated, ...second.updated],
  };
}

export class Timeline {
  private readonly selfId: string;
  private epoch: string | undefined;
  private start = 0;
  private end = 0;
  private more = false;
  /** All events of the stretch that are known here, ordered by `seq`. */
  private events: ChatEvent[] = [];
  private entriesBySeq = new Map<number, Entry>();
  private marks = new Map<number, Marks>();

  /** `selfId`: whose votes are the reader's own. */
  constructor(selfId: string) {
    this.selfId = selfId;
  }

  /** Everything up to here is known: what to resume from. */
  get upTo(): number {
    return this.end;
  }

  get cursor(): Cursor | undefined {
    return this.epoch === undefined ? undefined : { epoch: this.epoch, seq: this.end };
  }

  /** Whether the room holds older messages than those here. */
  get hasOlder(): boolean {
    return this.more;
  }

  /** Ask `history` for what is before this. */
  get before(): number {
    return this.start + 1;
  }

  /** All messages, oldest first. */
  get entries(): readonly Entry[] {
    return this.events.flatMap(({ seq }) => this.entriesBySeq.get(seq) ?? []);
  }

  /** How many messages are here. */
  get size(): number {
    return this.entriesBySeq.size;
  }

  /** The message with this number, if it is here. */
  find(seq: number): Entry | undefined {
    return this.entriesBySeq.get(seq);
  }

  /** A connection begins: goes on from where it was, or from nothing if the server can't. */
  begin(welcome: WelcomeFrame): TimelineChange {
    const change = noChange();
    const goesOn =
      welcome.resume === 'recovered' && welcome.epoch === this.epoch && welcome.after === this.end;
    if (goesOn) return change;
    change.cleared = true;
    this.clear();
    this.epoch = welcome.epoch;
    this.start = welcome.after;
    this.end = welcome.after;
    this.more = welcome.oldest <= welcome.after;
    return change;
  }

  /**
   * The next frame of the chain (R4). One that was here already changes nothing; one after a gap
   * gives `undefined`: what is between has to be asked for again.
   */
  append(
    after: number,
    upTo: number,
    events: readonly (ChatEvent | UnknownEvent)[],
  ): TimelineChange | undefined {
    if (after > this.end) return undefined;
    const change = noChange();
    if (upTo <= this.end) return change;
    const fresh = inOrder(events, this.end, upTo);
    this.end = upTo;
    this.events.push(...fresh);
    this.fold(fresh, change, change.appended);
    return change;
  }

  /** A page of history; one that doesn't fit before what is here changes nothing. */
  prepend(
    events: readonly (ChatEvent | UnknownEvent)[],
    oldest: number,
    more: boolean,
  ): TimelineChange {
    const change = noChange();
    if (oldest > this.before) return change;
    const older = inOrder(events, 0, this.start);
    this.start = Math.max(0, oldest - 1);
    this.more = more;
    this.events.unshift(...older);
    this.fold(older, change, change.prepended);
    return change;
  }

  /** Gives back the memory of all but the newest events: what goes can be asked for again. */
  keepNewest(count: number): void {
    if (this.events.length <= count) return;
    this.events = this.events.slice(-count);
    this.start = (this.events[0]?.seq ?? this.end + 1) - 1;
    this.more = true;
    for (const known of [this.entriesBySeq, this.marks]) {
      for (const seq of known.keys()) if (seq <= this.start) known.delete(seq);
    }
  }

  /** All of it, to continue from another time; `undefined` before the first welcome. */
  snapshot(): Snapshot | undefined {
    if (this.epoch === undefined) return undefined;
    const { epoch, start, end: upTo, more, events } = this;
    return { epoch, start, upTo, more, events: [...events] };
  }

  /** Continues from a snapshot. */
  restore(snapshot: Snapshot): TimelineChange {
    this.clear();
    this.epoch = snapshot.epoch;
    this.start = snapshot.start;
    this.end = snapshot.start;
    this.more = snapshot.more;
    const change = this.append(snapshot.start, snapshot.upTo, snapshot.events) ?? noChange();
    this.end = snapshot.upTo;
    return { ...change, cleared: true };
  }

  private clear(): void {
    this.events = [];
    this.entriesBySeq.clear();
    this.marks.clear();
  }

  private fold(events: readonly ChatEvent[], change: TimelineChange, added: Entry[]): void {
    const touched = new Set<number>();
    for (const event of events) {
      if (event.kind === 'message') {
        this.entriesBySeq.set(event.seq, this.entryOf(event));
        if (event.content.type === 'answer') {
          this.marksOf(event.content.question).answers.add(event.seq);
          touched.add(event.content.question);
        }
        // A page can be older than the recall that is here already.
        if (this.marks.get(event.seq)?.recall) this.forget(event.seq, touched);
      } else if (event.kind === 'moderation') {
        this.entriesBySeq.set(event.seq, this.entryOf(event));
      } else {
        this.mark(event, touched);
      }
    }
    // Only now: what came later in the same frame may be about what came earlier.
    const renew = ({ event }: Entry) => {
      const entry = this.entryOf(event);
      this.entriesBySeq.set(event.seq, entry);
      return entry;
    };
    for (const { seq } of events) {
      const entry = this.entriesBySeq.get(seq);
      if (entry) added.push(renew(entry));
      touched.delete(seq);
    }
    for (const seq of touched) {
      const entry = this.entriesBySeq.get(seq);
      if (entry) change.updated.push(renew(entry));
    }
  }

  private mark(event: ChatAction, touched: Set<number>): void {
    const marks = this.marksOf(event.target);
    touched.add(event.target);
    if (event.kind === 'recall') {
      if (!marks.recall || event.seq < marks.recall.seq) marks.recall = event;
      this.forget(event.target, touched);
    } else if (event.kind === 'vote') {
      marks.voters.add(event.from.id);
    } else {
      marks.resolved = true;
    }
  }

  /** What was recalled is gone from the phone, too, and answers nothing any more. */
  private forget(seq: number, touched: Set<number>): void {
    const index = this.events.findIndex((event) => event.seq === seq);
    const event = this.events[index];
    if (event?.kind !== 'message') return;
    if (event.content.type === 'answer') {
      const { question } = event.content;
      this.marks.get(question)?.answers.delete(seq);
      touched.add(question);
    }
    const recalled: ChatMessage = { ...event, content: { type: 'recalled' } };
    this.events[index] = recalled;
    this.entriesBySeq.set(seq, this.entryOf(recalled));
  }

  private marksOf(seq: number): Marks {
    const known = this.marks.get(seq);
    if (known) return known;
    const marks: Marks = { voters: new Set(), answers: new Set(), resolved: false };
    this.marks.set(seq, marks);
    return marks;
  }

  private entryOf(event: Entry['event']): Entry {
    const marks = this.marks.get(event.seq);
    const content =
      event.kind === 'message' ? event.content : ({ type: 'moderation', act: event } as const);
    return {
      event,
      content: marks?.recall ? { type: 'recalled' } : content,
      ...(marks?.recall && { recalledBy: marks.recall.from }),
      votes: marks?.voters.size ?? 0,
      voted: marks?.voters.has(this.selfId) ?? false,
      answered: (marks?.answers.size ?? 0) > 0,
      resolved: marks?.resolved ?? false,
    };
  }
}

/** The known events with `after < seq <= upTo`, by `seq`, each once, whatever order they came in. */
function inOrder(
  events: readonly (ChatEvent | UnknownEvent)[],
  after: number,
  upTo: number,
): ChatEvent[] {
  const bySeq = new Map<number, ChatEvent>();
  for (const event of events) {
    if (event.kind !== 'unknown' && event.seq > after && event.seq <= upTo) {
      bySeq.set(event.seq, event);
    }
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
