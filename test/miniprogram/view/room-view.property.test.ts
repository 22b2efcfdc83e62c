import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Outgoing } from '../../../miniprogram/src/chat/outbox.ts';
import type { RoomChange } from '../../../miniprogram/src/chat/room-client.ts';
import type { TimelineChange } from '../../../miniprogram/src/chat/timeline.ts';
import { RoomView } from '../../../miniprogram/src/view/room-view.ts';
import { MAX_SHOWN, type Patch } from '../../../miniprogram/src/view/row-list.ts';
import { outgoingRowOf, type Row, rowOf } from '../../../miniprogram/src/view/rows.ts';
import type { ChatEvent } from '../../../shared/protocol.ts';
import { ListPage } from './page.ts';
import { action, HOST, ME, MING, message, NOW, SURROUNDINGS, text, ViewedRoom } from './room.ts';

/** The log is as the salt says: the same number holds the same event whenever it is read. */
function eventAt(seq: number, salt: number): ChatEvent {
  const hash = Math.imul(seq * 2_654_435 + salt, 40_503) >>> 4;
  const from = [ME, MING, MING, HOST][hash % 4] ?? MING;
  const before = Math.max(1, seq - 1 - ((hash >>> 3) % 60));
  const later = { from, at: NOW + seq * ((hash >>> 6) % 50 === 0 ? 400_000 : 1_000) };
  switch ((hash >>> 2) % 12) {
    case 0:
      return action(seq, 'recall', before, from);
    case 1:
      return action(seq, 'vote', before, from);
    case 2:
      return action(seq, 'resolve', before, HOST);
    case 3:
      return message(seq, { type: 'question', text: `问 ${seq}` }, later);
    case 4:
      return message(seq, { type: 'answer', question: before, text: `答 ${seq}` }, later);
    case 5:
    case 6:
      return text(seq, `引用 ${seq}`, { ...later, replyTo: before });
    case 7:
      return text(seq, `悄悄 ${seq}`, { ...later, to: { users: [ME.id] } });
    default:
      return text(seq, `第 ${seq} 条`, later);
  }
}

type Step =
  | { readonly do: 'append' | 'prepend' | 'both'; readonly count: number; readonly atEnd: boolean }
  | { readonly do: 'top' | 'bottom' | 'showEnd' }
  | { readonly do: 'reset'; readonly count: number }
  | { readonly do: 'reach'; readonly which: number }
  | { readonly do: Outboxed; readonly which: number };
type Outboxed = 'write' | 'arrive' | 'resend' | 'discard';

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'append' as const,
        'append' as const,
        'prepend' as const,
        'both' as const,
      ),
      count: fc.integer({ min: 1, max: 80 }),
      atEnd: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('top' as const, 'bottom' as const, 'showEnd' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('reach' as const), which: fc.nat() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reset' as const),
      count: fc.integer({ min: 0, max: 400 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom<Outboxed[]>('write', 'write', 'arrive', 'resend', 'discard'),
      which: fc.nat(9),
    }),
  },
);

/** A room, its view and its page, and what a reader of the page may count on. */
class Reading {
  readonly room = new ViewedRoom();
  readonly page = new ListPage();
  readonly view = new RoomView(this.room, () => NOW, SURROUNDINGS);
  private readonly salt: number;
  private written = 0;

  constructor(salt: number) {
    this.salt = salt;
    this.begin(2_000, 50);
  }

  take(step: Step): void {
    const { room } = this;
    switch (step.do) {
      case 'append':
        this.change({ timeline: this.append(step.count) }, step.atEnd);
        break;
      case 'prepend':
        this.change({ timeline: this.prepend(step.count) }, step.atEnd);
        break;
      case 'both':
        this.change({ timeline: this.both(step.count) }, step.atEnd);
        break;
      case 'top':
      case 'bottom':
        this.extend(step.do);
        break;
      case 'showEnd':
        this.set(this.view.showEnd());
        expect(this.view.hasHiddenBelow).toBe(false);
        break;
      case 'reach':
        this.reach(step.which);
        break;
      case 'reset':
        this.begin(room.timeline.upTo + 100, step.count);
        break;
      default:
        this.outbox(step.do, step.which);
    }
    this.check();
  }

  private begin(after: number, count: number): void {
    this.room.begin(after);
    this.append(count);
    const update = this.view.apply(
      { timeline: { cleared: true, appended: [], prepended: [], updated: [] } },
      false,
    );
    expect(update).toMatchObject({ reset: true, prepended: false });
    this.page.setData(update.patch);
    expect(this.view.hasHiddenBelow).toBe(false);
  }

  private append(count: number) {
    const from = this.room.timeline.upTo + 1;
    const events = Array.from({ length: count }, (_, index) => eventAt(from + index, this.salt));
    return this.room.append(...events);
  }

  private prepend(count: number) {
    const { before } = this.room.timeline;
    const oldest = Math.max(1, before - count);
    const events = Array.from({ length: before - oldest }, (_, index) =>
      eventAt(oldest + index, this.salt),
    );
    return this.room.prepend(oldest, ...events);
  }

  /** Told of at once, because the page was busy. */
  private both(count: number): TimelineChange {
    const { appended, updated } = this.append(count);
    const page = this.prepend(count);
    return { ...page, appended, updated: [...updated, ...page.updated] };
  }

  private change(change: RoomChange, wasAtEnd: boolean): void {
    const atEnd = wasAtEnd && !this.view.hasHiddenBelow;
    const shown = this.page.rows;
    const update = this.view.apply(change, atEnd);
    this.set(update.patch);
    expect(update.reset).toBe(false);
    expect(update.prepended).toBe((change.timeline?.prepended.length ?? 0) > 0);
    const others = change.timeline?.appended.filter(({ event }) => event.from.id !== ME.id) ?? [];
    expect(update.arrived).toBe(others.length);
    // Who reads the newest goes on reading the newest; what somebody reads further up stays there.
    if (atEnd) expect(this.view.hasHiddenBelow).toBe(false);
    else if (shown[0]) expect(this.page.rows.map(({ seq }) => seq)).toContain(shown[0].seq);
  }

  private extend(edge: 'top' | 'bottom'): void {
    const shown = this.page.rows;
    const { entries } = this.room.timeline;
    const patch = this.view.extend(edge);
    const outermost = (rows: readonly Row[]) => rows[edge === 'top' ? 0 : rows.length - 1]?.seq;
    if (patch) {
      this.set(patch);
      expect(outermost(this.page.rows)).not.toBe(outermost(shown));
      // What stood there is still there: it is what the list holds on to.
      expect(this.page.rows.map(({ seq }) => seq)).toContain(outermost(shown));
    } else {
      expect(outermost(shown)).toBe(entries[edge === 'top' ? 0 : entries.length - 1]?.event.seq);
    }
  }

  private reach(which: number): void {
    const { entries } = this.room.timeline;
    const entry = entries[which % Math.max(1, entries.length)];
    const seq = entry?.event.seq ?? this.room.timeline.upTo + 1;
    const patch = this.view.reach(seq);
    expect(patch !== undefined).toBe(entry !== undefined);
    if (patch) this.set(patch);
    expect(this.page.rows.some((row) => row.seq === seq)).toBe(entry !== undefined);
  }

  private outbox(what: Outboxed, which: number): void {
    const { outgoing } = this.room;
    const chosen = outgoing[which % Math.max(1, outgoing.length)];
    if (what === 'write') {
      const id = `w${this.written++}`;
      const state = (['waiting', 'sending', 'failed'] as const)[which % 3] ?? 'waiting';
      const replyTo = this.room.timeline.upTo - which;
      const content = { type: 'text' as const, text: id };
      this.room.outgoing = [...outgoing, { id, at: NOW, state, content, replyTo }];
    } else if (chosen) {
      const rest = outgoing.filter((item) => item !== chosen);
      const again: Outgoing = { ...chosen, state: 'waiting' };
      this.room.outgoing = what === 'resend' ? [...rest, again] : rest;
    }
    const arrives = what === 'arrive' && chosen;
    const event = arrives && text(this.room.timeline.upTo + 1, chosen.id, { from: ME });
    const timeline = event && this.room.append(event);
    this.change({ outbox: true, ...(timeline && { timeline }) }, true);
  }

  private set(patch: Patch): void {
    for (const whole of ['older', 'newer']) expect(patch).not.toHaveProperty(whole);
    this.page.setData(patch);
  }

  private check(): void {
    const { room, page, view } = this;
    const { entries } = room.timeline;
    const { rows } = page;
    expect(rows.length).toBeLessThanOrEqual(MAX_SHOWN);
    expect(rows.length).toBeGreaterThanOrEqual(Math.min(1, entries.length));
    const first = rows[0] ? entries.indexOf(room.entry(rows[0].seq)) : 0;
    const wanted = rows.map((_, index) => {
      const entry = entries[first + index];
      return entry && rowOf(entry, room.context(entries[first + index - 1]?.event.at));
    });
    // Compared as text first: most often they are the same, and so many rows take their time.
    if (JSON.stringify(rows) !== JSON.stringify(wanted)) expect(rows).toEqual(wanted);
    expect(view.hasHiddenBelow).toBe(first + rows.length < entries.length);
    expect(view.hasHiddenAbove).toBe(first > 0);
    expect(page.pending).toEqual(
      room.outgoing.map((item) => outgoingRowOf(item, ME, room.context(item.at))),
    );
    const ids = page.chunks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
}

it('shows an unbroken stretch of the newest rows, whatever happens and wherever somebody reads', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(step, { maxLength: 30, size: 'max' }), (salt, steps) => {
      const reading = new Reading(salt);
      for (const each of steps) reading.take(each);
    }),
    { numRuns: 30 },
  );
});
