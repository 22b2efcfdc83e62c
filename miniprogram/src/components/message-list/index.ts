/**
 * The messages of a room, and where they are scrolled to: pinned to the newest while it is in view,
 * still while somebody reads further up, with a pill that counts what came in below.
 */
import type { ListUpdate } from '../../view/room-view.ts';
import type { Patch, ShownChunk } from '../../view/row-list.ts';
import type { Row } from '../../view/rows.ts';
import { Scroller } from './scroller.ts';

/** What stands above the first message. */
export type Top = 'more' | 'loading' | 'failed' | 'end';

interface ListState {
  readonly scroller: Scroller;
  /** What is new is on its way to the screen, and the list will then go to its end. */
  following: boolean;
  unseen: number;
  forMe: boolean;
  hiddenBelow: boolean;
}

const states = new WeakMap<object, ListState>();

function stateOf(list: object): ListState {
  const state = states.get(list);
  if (!state) throw new Error('the list is not attached');
  return state;
}

Component({
  properties: {
    top: { type: String, value: 'end' as Top },
    /** Whether the reader may answer questions. */
    host: Boolean,
    /** Nothing has been said here, and that is certain. */
    empty: Boolean,
  },
  data: {
    older: [] as ShownChunk[],
    newer: [] as ShownChunk[],
    pending: [] as Row[],
    pill: '',
  },
  lifetimes: {
    created() {
      states.set(this, {
        scroller: new Scroller(this),
        following: false,
        unseen: 0,
        forMe: false,
        hiddenBelow: false,
      });
    },
    ready() {
      stateOf(this).scroller.measure(() => this.stick());
    },
  },
  methods: {
    /** Whether the newest message is in view. */
    isAtEnd(): boolean {
      const { scroller, hiddenBelow } = stateOf(this);
      return scroller.atEnd && !hiddenBelow;
    },
    /** Shows what has changed, with one `setData`; `done` when it is on the screen. */
    show(update: ListUpdate, hiddenBelow: boolean, done: () => void) {
      const state = stateOf(this);
      const { scroller } = state;
      const follow = update.reset || this.isAtEnd();
      state.hiddenBelow = hiddenBelow;
      // Before the pill is made: what stands in it is about where the list will be.
      if (update.reset) scroller.toEnd();
      if (update.reset || follow) this.forgetUnseen();
      else {
        state.unseen += update.arrived;
        state.forMe ||= update.forMe;
      }
      const patch = { ...update.patch, ...this.pillPatch() };
      const shown = () => {
        state.following = false;
        if (follow) scroller.toEnd();
        done();
      };
      if (Object.keys(patch).length === 0) {
        done();
        return;
      }
      state.following = follow;
      if (update.prepended) this.keep('first', patch, shown);
      else this.setData(patch, shown);
    },
    /** Shows more of what is known at one end, leaving in place what is read. */
    extend(edge: 'top' | 'bottom', patch: Patch, hiddenBelow: boolean, done: () => void) {
      stateOf(this).hiddenBelow = hiddenBelow;
      this.keep(edge === 'top' ? 'first' : 'last', { ...patch, ...this.pillPatch() }, done);
    },
    /** Goes to the newest message, of which `patch` shows what was not shown. */
    showEnd(patch: Patch, done: () => void) {
      const state = stateOf(this);
      state.hiddenBelow = false;
      this.forgetUnseen();
      state.scroller.toEnd();
      this.setData({ ...patch, ...this.pillPatch() }, () => {
        state.scroller.toEnd();
        done();
      });
    },
    /** The place for the list has another height: the newest message stays in view if it was. */
    stick() {
      const { scroller } = stateOf(this);
      const follow = scroller.atEnd;
      scroller.measure(() => {
        if (follow) scroller.toEnd();
        this.look();
      });
    },
    /** Goes to a message that is shown. */
    reveal(key: string) {
      this.createSelectorQuery()
        .select('#scroll')
        .node(({ node }) =>
          (node as WechatMiniprogram.ScrollViewContext).scrollIntoView(`#${key}`, {
            animated: true,
            alignment: 'center',
          } as object),
        )
        .exec();
    },
    onScroll({ detail }: WechatMiniprogram.ScrollViewScroll) {
      stateOf(this).scroller.moved(detail);
      this.look();
    },
    onTop() {
      if (this.data.top === 'more') this.triggerEvent('older');
    },
    onMore() {
      if (this.data.top === 'more' || this.data.top === 'failed') this.triggerEvent('older');
    },
    onBottom() {
      if (stateOf(this).hiddenBelow) this.triggerEvent('newer');
    },
    onPill() {
      this.triggerEvent('end');
    },
    onTap() {
      this.triggerEvent('blank');
    },
    keep(which: 'first' | 'last', patch: Patch, done: () => void) {
      const anchor = this.edgeRow(which)?.key;
      if (anchor === undefined) this.setData(patch, done);
      else {
        stateOf(this).scroller.keep(anchor, (changed) => this.setData(patch, changed), done);
      }
    },
    /** The first or the last message that is shown. */
    edgeRow(which: 'first' | 'last'): Row | undefined {
      const { older, newer } = this.data;
      const rows = [...[...older].reverse(), ...newer].flatMap((chunk) => chunk.rows);
      return which === 'first' ? rows[0] : rows[rows.length - 1];
    },
    /** Makes the pill say what is below, where the list is now. */
    look() {
      // Between the new rows and the end, a scroll of before tells of a place where it won't stay.
      if (stateOf(this).following) return;
      // Also when it was at the end before: what was hidden below may have come into view.
      if (this.isAtEnd()) this.forgetUnseen();
      const patch = this.pillPatch();
      if (Object.keys(patch).length > 0) this.setData(patch);
    },
    forgetUnseen() {
      const state = stateOf(this);
      state.unseen = 0;
      state.forMe = false;
    },
    /** What the pill is to say, where that is something else than it says. */
    pillPatch(): { pill?: string } {
      const { unseen, forMe } = stateOf(this);
      const count = unseen > 99 ? '99+' : String(unseen);
      let pill = this.isAtEnd() ? '' : '回到最新';
      if (unseen > 0) pill = `${forMe ? '有人找你 · ' : ''}${count} 条新消息`;
      return pill === this.data.pill ? {} : { pill };
    },
  },
});
