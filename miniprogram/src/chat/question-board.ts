/**
 * The questions of a room, asked for once and kept up to date by what happens: asked for again only
 * when the connection could not go on where it was.
 */
import type { ListedQuestion, QuestionsResponse } from '../../../shared/http.ts';
import type { ChatEvent, Role } from '../../../shared/protocol.ts';
import { Backoff } from './backoff.ts';
import type { Result } from './http.ts';
import type { Cancel, Clock } from './ports.ts';
import { type QuestionList, withEvents } from './question-list.ts';
import type { RoomChange } from './room-client.ts';

/** After so many failures in a row it waits until it is asked to try again, or connected anew. */
const MAX_TRIES = 4;

/** What it needs to know of the room. */
export interface QuestionRoom {
  readonly self: { readonly id: string; readonly role: Role };
  readonly isCaughtUp: boolean;
  readonly timeline: { readonly cursor: { readonly epoch: string } | undefined };
}

export interface QuestionBoardOptions {
  readonly room: QuestionRoom;
  readonly clock: Clock;
  readonly random: () => number;
  /** Asks the server. */
  ask(): Promise<Result<QuestionsResponse>>;
  onChange(): void;
}

export class QuestionBoard {
  private readonly options: QuestionBoardOptions;
  private readonly backoff: Backoff;
  private list: QuestionList | undefined;
  /** As whom the reader was answered: a host sees more than a member. */
  private role: Role | undefined;
  /** There is no list that events follow on: the connection began anew since, or there is none yet. */
  private outdated = true;
  /** What has come since the server was asked; `undefined` while it is not being asked. */
  private since: ChatEvent[] | undefined;
  /** How often the server was asked: only the last answer counts. */
  private asked = 0;
  private failures = 0;
  private cancel: Cancel | undefined;
  private stopped = false;

  constructor(options: QuestionBoardOptions) {
    this.options = options;
    this.backoff = new Backoff(options.random);
  }

  /** In the order of `QuestionsResponse`; `undefined` as long as they are not known. */
  get questions(): readonly ListedQuestion[] | undefined {
    return this.list?.questions;
  }

  /** Nothing is under way that would bring the questions, or what is missing of them. */
  get hasFailed(): boolean {
    return this.failures > 0 && this.outdated && !this.since;
  }

  /** The room has changed. */
  tell(change: RoomChange): void {
    const { self } = this.options.room;
    const hasNewRole = change.room === true && self.role !== this.role;
    this.role = self.role;
    if (change.timeline?.cleared || hasNewRole) this.outdate();
    if (change.events) this.follow(change.events);
    if (!(change.connection || hasNewRole)) return;
    if (!this.options.room.isCaughtUp || !this.outdated) return;
    this.failures = 0;
    if (!this.since) void this.fetch();
  }

  /**
   * Somebody wants to see them: asks again where that had failed, and for what the list lacks. That it
   * lacks something is no reason to ask by itself: a whole crowd would, at once.
   */
  refresh(): void {
    const lacks = this.list?.lacks === true && !this.since;
    if (!this.hasFailed && !lacks) return;
    this.failures = 0;
    void this.fetch();
  }

  /** Nobody is here any more. */
  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  /** What is being asked just now is no answer to that any more, either. */
  private outdate(): void {
    this.outdated = true;
    this.since = undefined;
    this.asked++;
  }

  private follow(events: readonly ChatEvent[]): void {
    this.since?.push(...events);
    const { list, outdated } = this;
    if (!list || outdated) return;
    this.list = withEvents(list, events, this.options.room.self.id);
    if (this.list.questions !== list.questions) this.options.onChange();
  }

  private async fetch(): Promise<void> {
    this.cancel?.();
    const number = ++this.asked;
    const since: ChatEvent[] = [];
    this.since = since;
    this.options.onChange();
    const result = await this.options.ask();
    if (this.stopped || number !== this.asked) return;
    this.since = undefined;
    if (result.ok && result.value.epoch === this.options.room.timeline.cursor?.epoch) {
      const { questions, head } = result.value;
      this.list = withEvents({ questions, head, lacks: false }, since, this.options.room.self.id);
      this.outdated = false;
      this.failures = 0;
      this.backoff.reset();
    } else {
      this.failures++;
      if (this.failures < MAX_TRIES) this.tryLater(result.ok ? 0 : result.refusal?.retryAfter);
    }
    this.options.onChange();
  }

  private tryLater(retryAfter = 0): void {
    this.cancel = this.options.clock.after(this.backoff.next(retryAfter), () => {
      if (this.options.room.isCaughtUp) void this.fetch();
    });
  }
}
