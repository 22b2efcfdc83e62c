/** Turns what changed in a room into what changes on its page. */
import type { User } from '../../../shared/protocol.ts';
import type { Outgoing } from '../chat/outbox.ts';
import type { RoomChange } from '../chat/room-client.ts';
import type { Entry } from '../chat/timeline.ts';
import { PendingList } from './pending-list.ts';
import { type Patch, RowList } from './row-list.ts';
import { outgoingRowOf, quotedSeq, type Row, type RowContext, rowOf } from './rows.ts';

/** What the view reads of a room. */
export interface RoomSource {
  readonly self: User;
  readonly members: readonly User[] | undefined;
  readonly outgoing: readonly Outgoing[];
  readonly timeline: {
    readonly entries: readonly Entry[];
    find(seq: number): Entry | undefined;
  };
  absentFor(seq: number): readonly string[];
  fileOf(url: string): string | undefined;
}

/** What the phone brings to how a room is shown. */
export interface Surroundings {
  /** The reader's picture, which may be known to this phone alone. */
  readonly ownAvatar: string;
  /** How wide a picture may be, in px. */
  readonly pictureWidth: number;
  /** Where the server gives an upload out. */
  addressOf(url: string): string;
}

export interface ListUpdate {
  readonly patch: Patch;
  /** The list begins anew: show its end. */
  readonly reset: boolean;
  /** Rows came in above: what is read has to stay where it is. */
  readonly prepended: boolean;
  /** How many messages of others are new, and whether one of them speaks to the reader. */
  readonly arrived: number;
  readonly forMe: boolean;
}

export class RoomView {
  private readonly source: RoomSource;
  private readonly now: () => number;
  private readonly surroundings: Surroundings;
  private readonly rows = new RowList();
  private readonly pending = new PendingList();
  /** Who quotes a message: their rows show its text. */
  private readonly quoters = new Map<number, Set<number>>();
  private readonly names = new Map<string, string>();

  constructor(source: RoomSource, now: () => number, surroundings: Surroundings) {
    this.source = source;
    this.now = now;
    this.surroundings = surroundings;
  }

  /** What a change means for the page; `atEnd`: whether the newest message is in view. */
  apply(change: RoomChange, atEnd: boolean): ListUpdate {
    const { timeline } = change;
    const patch: Patch = {};
    const arrived = timeline ? this.applyTimeline(timeline, patch, atEnd) : [];
    // What is on its way can quote what was recalled just now.
    if (change.outbox || timeline) this.applyOutbox(patch);
    return {
      patch,
      reset: timeline?.cleared ?? false,
      prepended: !timeline?.cleared && (timeline?.prepended.length ?? 0) > 0,
      arrived: arrived.length,
      forMe: arrived.some((row) => row.forMe || row.privacy !== ''),
    };
  }

  /** Shows more of what is in memory at one end; `undefined` when there is no more. */
  extend(edge: 'top' | 'bottom'): Patch | undefined {
    const patch: Patch = {};
    return this.rows.extend(edge, patch) ? patch : undefined;
  }

  /** Shows a message that is in memory, and all up to it; `undefined` when it is not. */
  reach(seq: number): Patch | undefined {
    const patch: Patch = {};
    return this.rows.reach(seq, patch) ? patch : undefined;
  }

  /** Shows the newest messages. */
  showEnd(): Patch {
    const patch: Patch = {};
    this.rows.showEnd(patch);
    return patch;
  }

  /** Whether newer messages are in memory than those shown. */
  get hasHiddenBelow(): boolean {
    return this.rows.hasHidden('bottom');
  }

  /** Whether older messages are in memory than those shown. */
  get hasHiddenAbove(): boolean {
    return this.rows.hasHidden('top');
  }

  /** The row of a message, if it is on the page. */
  findShown(seq: number): Row | undefined {
    return this.rows.findShown(seq);
  }

  /** What somebody is called here. */
  nameOf(userId: string): string | undefined {
    const member = this.source.members?.find(({ id }) => id === userId);
    return member?.name ?? this.names.get(userId);
  }

  private applyTimeline(
    change: NonNullable<RoomChange['timeline']>,
    patch: Patch,
    atEnd: boolean,
  ): Row[] {
    if (change.cleared) {
      this.quoters.clear();
      this.rows.reset(this.rowsOf(this.source.timeline.entries, undefined), patch);
      return [];
    }
    const appended = this.rowsOf(change.appended, this.rows.last?.at);
    this.rows.append(appended, patch, atEnd);
    if (change.prepended.length > 0) this.prepend(change.prepended, patch, !atEnd);
    for (const entry of change.updated) {
      this.renew(entry.event.seq, patch);
      this.renewQuoters(entry.event.seq, patch);
    }
    return appended.filter(({ mine }) => !mine);
  }

  private prepend(entries: readonly Entry[], patch: Patch, mayHideBottom: boolean): void {
    const first = this.source.timeline.entries[entries.length];
    this.rows.prepend(this.rowsOf(entries, undefined), patch, mayHideBottom);
    // It stood at the beginning, under its time.
    if (first) this.renew(first.event.seq, patch);
    for (const { event } of entries) this.renewQuoters(event.seq, patch);
  }

  private rowsOf(entries: readonly Entry[], previousAt: number | undefined): Row[] {
    let before = previousAt;
    return entries.map((entry) => {
      const { event } = entry;
      this.names.set(event.from.id, event.from.name);
      const quoted = event.kind === 'message' ? quotedSeq(event.replyTo, event.content) : 0;
      if (quoted > 0) this.addQuoter(quoted, event.seq);
      const row = rowOf(entry, this.context(before));
      before = event.at;
      return row;
    });
  }

  private addQuoter(quoted: number, by: number): void {
    const known = this.quoters.get(quoted);
    if (known) known.add(by);
    else this.quoters.set(quoted, new Set([by]));
  }

  private renew(seq: number, patch: Patch): void {
    const entry = this.source.timeline.find(seq);
    if (entry) this.rows.update(rowOf(entry, this.context(this.rows.above(seq)?.at)), patch);
  }

  private renewQuoters(seq: number, patch: Patch): void {
    for (const quoter of this.quoters.get(seq) ?? []) this.renew(quoter, patch);
  }

  private applyOutbox(patch: Patch): void {
    const { outgoing, self } = this.source;
    const rows = outgoing.map((item) => outgoingRowOf(item, self, this.context(item.at)));
    this.pending.apply(rows, patch);
  }

  private context(previousAt: number | undefined): RowContext {
    const { source } = this;
    return {
      selfId: source.self.id,
      ownAvatar: this.surroundings.ownAvatar,
      pictureWidth: this.surroundings.pictureWidth,
      // What this phone has needs not come over the network.
      addressOf: (url) => source.fileOf(url) ?? this.surroundings.addressOf(url),
      now: this.now(),
      previousAt,
      find: (seq) => source.timeline.find(seq),
      nameOf: (id) => this.nameOf(id),
      absentFor: (seq) => source.absentFor(seq),
    };
  }
}
