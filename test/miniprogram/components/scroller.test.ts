// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { Scroller } from '../../../miniprogram/src/components/message-list/scroller.ts';

/**
 * A scroll-view by its numbers: rows of a height each, one below the other, that answers selector
 * queries when it is told to, as WeChat does after the next layout.
 */
class FakeList {
  height = 600;
  scrollTop = 0;
  /** Whether the system itself keeps in place what is read. */
  anchors = false;
  rows: { readonly key: string; readonly height: number }[] = [];
  readonly scrolled: number[] = [];
  private readonly waiting: (() => void)[] = [];

  get scrollHeight(): number {
    return this.rows.reduce((sum, row) => sum + row.height, 0);
  }

  /** Where a row is on the screen. */
  topOf(key: string): number | undefined {
    let top = -this.scrollTop;
    for (const row of this.rows) {
      if (row.key === key) return top;
      top += row.height;
    }
    return undefined;
  }

  prepend(rows: FakeList['rows']): void {
    this.rows = [...rows, ...this.rows];
    if (this.anchors) this.scrollTop += rows.reduce((sum, row) => sum + row.height, 0);
  }

  scrollTo({ top }: { top: number }): void {
    this.scrollTop = Math.max(0, Math.min(top, this.scrollHeight - this.height));
    this.scrolled.push(this.scrollTop);
  }

  /** The layout is done: queries are answered. */
  layOut(): void {
    for (const answer of this.waiting.splice(0)) answer();
  }

  createSelectorQuery(): WechatMiniprogram.SelectorQuery {
    const asked: (() => unknown)[] = [];
    const select = (selector: string) => {
      const key = selector.slice(1);
      return {
        node: () => asked.push(() => ({ node: this })),
        boundingClientRect: () =>
          asked.push(() => {
            if (key === 'scroll') return { top: 0, height: this.height };
            const top = this.topOf(key);
            const height = this.rows.find((row) => row.key === key)?.height ?? 0;
            return top === undefined ? null : { top, bottom: top + height };
          }),
        scrollOffset: () =>
          asked.push(() => ({ scrollTop: this.scrollTop, scrollHeight: this.scrollHeight })),
      };
    };
    const exec = (done: (results: unknown[]) => void) =>
      this.waiting.push(() => done(asked.map((answer) => answer())));
    return { select, exec } as unknown as WechatMiniprogram.SelectorQuery;
  }
}

const rowsOf = (prefix: string, count: number, height = 100) =>
  Array.from({ length: count }, (_, index) => ({ key: `${prefix}${index}`, height }));

/** A list of 20 rows that is scrolled to `top`. */
function listAt(top: number) {
  const list = new FakeList();
  list.rows = rowsOf('e', 20);
  const scroller = new Scroller(list);
  scroller.measure();
  list.layOut();
  list.scrollTop = top;
  scroller.moved(list);
  return { list, scroller };
}

/** Changes the list while row `anchor` is to stay; gives whether it is done. */
function keep(
  list: FakeList,
  scroller: Scroller,
  anchor: string,
  change: () => void,
): () => boolean {
  let done = false;
  scroller.keep(
    anchor,
    (changed) => {
      change();
      changed();
    },
    () => {
      done = true;
    },
  );
  return () => {
    list.layOut();
    list.layOut();
    return done;
  };
}

describe('the end', () => {
  it('is where a list begins, and where it is as long as nearly all below is in view', () => {
    expect(new Scroller(new FakeList()).atEnd).toBe(true);
    expect(listAt(1_400).scroller.atEnd).toBe(true);
    expect(listAt(1_400 - 59).scroller.atEnd).toBe(true);
    expect(listAt(1_400 - 60).scroller.atEnd).toBe(false);
    expect(listAt(0).scroller.atEnd).toBe(false);
  });

  it('is gone to', () => {
    const { list, scroller } = listAt(0);
    scroller.toEnd();
    expect(scroller.atEnd).toBe(true);
    expect(list.scrollTop).toBe(1_400);
  });

  it('is another place when the list gets another height', () => {
    const { list, scroller } = listAt(1_400);
    list.height = 300;
    scroller.measure();
    list.layOut();
    expect(scroller.atEnd).toBe(false);
  });

  it('is still there when the list grows, although what moved was told before its height', () => {
    const { list, scroller } = listAt(1_400);
    list.height = 300;
    scroller.measure();
    list.layOut();
    scroller.toEnd();
    list.height = 600;
    list.scrollTop = 1_400;
    scroller.moved(list);
    expect(scroller.atEnd).toBe(false);
    scroller.measure();
    list.layOut();
    expect(scroller.atEnd).toBe(true);
  });

  it('can be gone to before anything was measured', () => {
    const scroller = new Scroller(new FakeList());
    scroller.toEnd();
    expect(scroller.atEnd).toBe(true);
  });

  it('stays what it was when there is nothing to measure', () => {
    const { list, scroller } = listAt(1_400);
    list.createSelectorQuery = () =>
      ({
        select: () => ({ node: () => {}, boundingClientRect: () => {}, scrollOffset: () => {} }),
        exec: (done: (results: unknown[]) => void) => done([null, null, null]),
      }) as unknown as WechatMiniprogram.SelectorQuery;
    let measured = false;
    scroller.measure(() => {
      measured = true;
    });
    expect(measured).toBe(true);
    scroller.moved(list);
    expect(scroller.atEnd).toBe(true);
  });
});

describe('what is read', () => {
  it('stays where it is when older messages come in above', () => {
    const { list, scroller } = listAt(30);
    const before = list.topOf('e0');
    const settle = keep(list, scroller, 'e0', () => list.prepend(rowsOf('o', 50, 80)));
    expect(settle()).toBe(true);
    expect(list.topOf('e0')).toBe(before);
    expect(list.scrolled).toEqual([4_030]);
  });

  it('is not moved again when the system has kept it in place', () => {
    const { list, scroller } = listAt(30);
    list.anchors = true;
    const before = list.topOf('e0');
    const settle = keep(list, scroller, 'e0', () => list.prepend(rowsOf('o', 50, 80)));
    expect(settle()).toBe(true);
    expect(list.topOf('e0')).toBe(before);
    expect(list.scrolled).toEqual([]);
  });

  it('is moved by what is missing when the system has kept only a part of it', () => {
    const { list, scroller } = listAt(30);
    const before = list.topOf('e0');
    const settle = keep(list, scroller, 'e0', () => {
      list.prepend(rowsOf('o', 10, 80));
      list.scrollTop += 500;
    });
    settle();
    expect(list.topOf('e0')).toBe(before);
  });

  it('stays when the time above it goes away, because others were just before it', () => {
    const { list, scroller } = listAt(30);
    const before = list.topOf('e1');
    const settle = keep(list, scroller, 'e0', () => {
      list.rows = [{ key: 'e0', height: 70 }, ...list.rows.slice(1)];
      list.prepend(rowsOf('o', 50, 80));
    });
    settle();
    expect(list.topOf('e1')).toBe(before);
  });

  it('is not moved for a fraction of a pixel', () => {
    const { list, scroller } = listAt(30);
    keep(list, scroller, 'e0', () => list.prepend(rowsOf('o', 1, 0.6)))();
    expect(list.scrolled).toEqual([]);
  });

  it('stays when what is above goes off the list', () => {
    const { list, scroller } = listAt(1_000);
    const before = list.topOf('e19');
    const settle = keep(list, scroller, 'e19', () => {
      list.rows = [...list.rows.slice(5), ...rowsOf('n', 25)];
    });
    expect(settle()).toBe(true);
    expect(list.topOf('e19')).toBe(before);
  });

  it('does not hold up anything when it is gone itself', () => {
    const { list, scroller } = listAt(30);
    const settle = keep(list, scroller, 'e0', () => {
      list.rows = rowsOf('x', 3);
    });
    expect(settle()).toBe(true);
    expect(list.scrolled).toEqual([]);
  });
});
