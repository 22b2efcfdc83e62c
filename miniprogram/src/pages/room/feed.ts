/** Between the client and the list: one change at a time, and more of the past when it is wanted. */
import { joinRoomChanges, type RoomChange, type RoomClient } from '../../chat/room-client.ts';
import { noChange } from '../../chat/timeline.ts';
import type { Top } from '../../components/message-list/index.ts';
import { RoomView, type Surroundings } from '../../view/room-view.ts';
import type { Row } from '../../view/rows.ts';
import type { MessageList } from './types.ts';

/** Below this many messages a page looks empty, and older ones are brought at once. */
const FEW_MESSAGES = 15;

/** Beyond this many messages in memory those that were read longest ago are given back ... */
const MAX_KEPT = 2_000;
/** ... down to this many. */
const KEPT = 1_000;

/** What stands above the first message, and whether there is none. */
export interface Edges {
  readonly top: Top;
  readonly empty: boolean;
}

export class Feed {
  private readonly client: RoomClient;
  private readonly view: RoomView;
  private readonly onEdges: (edges: Edges) => void;
  private list: MessageList | undefined;
  /** What has changed since the list was last told. */
  private changed: RoomChange | undefined;
  /** The list is not done with what it was told last. */
  private busy = false;
  private loading = false;
  private failed = false;
  /** Somebody scrolled to the top, or asked for the newest message, while the list was busy. */
  private wantsOlder = false;
  private wantsEnd = false;

  constructor(client: RoomClient, surroundings: Surroundings, onEdges: (edges: Edges) => void) {
    this.client = client;
    this.view = new RoomView(client, Date.now, surroundings);
    this.onEdges = onEdges;
  }

  /** The list is there. */
  begin(list: MessageList): void {
    this.list = list;
    this.flush();
  }

  /** Something has changed. */
  tell(change: RoomChange): void {
    if (change.timeline || change.outbox) {
      this.changed = joinRoomChanges(this.changed, change);
      this.flush();
    }
    if (!change.connection) return;
    // What failed for want of a connection can be had again.
    if (this.client.isCaughtUp) this.failed = false;
    this.tellEdges();
  }

  /** Calls `then` with the row of a message, once it is shown; with nothing if that can't be now. */
  find(seq: number, then: (row: Row | undefined) => void): void {
    const shown = this.view.findShown(seq);
    const patch = shown || this.busy ? undefined : this.view.reach(seq);
    if (!patch) {
      then(shown);
      return;
    }
    this.busy = true;
    this.list?.extend('top', patch, this.view.hasHiddenBelow, () => {
      then(this.view.findShown(seq));
      this.settled();
    });
    this.tellEdges();
  }

  /** Brings older messages: those in memory first, then those of the server. */
  async older(): Promise<void> {
    this.wantsOlder = this.busy;
    if (this.busy || this.loading || this.extend('top')) return;
    if (!this.client.timeline.hasOlder) return;
    this.loading = true;
    this.tellEdges();
    const result = await this.client.loadOlder();
    this.loading = false;
    this.failed = result === 'failed';
    this.tellEdges();
  }

  /** Shows newer messages that are in memory. */
  newer(): void {
    if (!this.busy) this.extend('bottom');
  }

  /** Goes to the newest message. */
  end(): void {
    // The list measures before it shows what it was told last: what is told now must not overtake that.
    this.wantsEnd = this.busy;
    if (this.busy) return;
    this.busy = true;
    this.list?.showEnd(this.view.showEnd(), () => this.settled());
    this.tellEdges();
  }

  /** A room whose newest events are all votes would look empty. */
  fillUp(): void {
    const { timeline } = this.client;
    if (timeline.hasOlder && timeline.size < FEW_MESSAGES) void this.older();
  }

  private flush(): void {
    const { list, changed } = this;
    if (this.busy || !list || !changed) return;
    this.changed = undefined;
    this.busy = true;
    const atEnd = list.isAtEnd();
    const update = this.view.apply(atEnd ? this.giveBack(changed) : changed, atEnd);
    this.tellEdges();
    list.show(update, this.view.hasHiddenBelow, () => this.settled());
  }

  /** A room that is left open for a day must not fill the phone. */
  private giveBack(change: RoomChange): RoomChange {
    const { timeline } = this.client;
    if (timeline.size <= MAX_KEPT) return change;
    timeline.keepNewest(KEPT);
    return { ...change, timeline: { ...noChange(), cleared: true } };
  }

  private settled(): void {
    this.busy = false;
    if (this.wantsEnd) this.end();
    else this.flush();
    if (this.wantsOlder) void this.older();
  }

  private extend(edge: 'top' | 'bottom'): boolean {
    const patch = this.view.extend(edge);
    if (!patch) return false;
    this.busy = true;
    this.list?.extend(edge, patch, this.view.hasHiddenBelow, () => this.settled());
    this.tellEdges();
    return true;
  }

  private tellEdges(): void {
    const { timeline, isCaughtUp } = this.client;
    const isBlank = timeline.size === 0;
    const hasMore = timeline.hasOlder || this.view.hasHiddenAbove;
    const top = this.failed ? 'failed' : hasMore ? 'more' : 'end';
    const isWaiting = this.loading || (isBlank && !isCaughtUp);
    this.onEdges({
      top: isWaiting ? 'loading' : top,
      empty: isCaughtUp && isBlank && !timeline.hasOlder,
    });
  }
}
