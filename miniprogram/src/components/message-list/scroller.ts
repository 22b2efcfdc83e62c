/** Where a message list is scrolled to, and how it gets or stays there. */

/** What a scroller needs of the component whose scroll-view has the id `scroll`. */
export interface ScrollHost {
  createSelectorQuery(): WechatMiniprogram.SelectorQuery;
}

interface Offset {
  readonly scrollTop: number;
  readonly scrollHeight: number;
}

/** Beyond the end of any list; the scroll-view stops where it ends. */
const FAR = 10_000_000;
/** This close to the end, in pixels, the newest message counts as seen. */
const END_MARGIN = 60;
/** Smaller than this, in pixels, a jump is not corrected: it can't be seen. */
const TOLERANCE = 1;

export class Scroller {
  private readonly host: ScrollHost;
  private context: WechatMiniprogram.ScrollViewContext | undefined;
  private height = 0;
  private end = true;

  constructor(host: ScrollHost) {
    this.host = host;
  }

  /** Whether the newest message is in view. */
  get atEnd(): boolean {
    return this.end;
  }

  /** Finds the scroll-view, and how high it is; again whenever that may have changed. */
  measure(then?: () => void): void {
    const query = this.host.createSelectorQuery();
    query.select('#scroll').node();
    query.select('#scroll').boundingClientRect();
    query.select('#scroll').scrollOffset();
    query.exec((results: unknown[]) => {
      const [found, rect, offset] = results as [
        { node?: WechatMiniprogram.ScrollViewContext } | null,
        { height: number } | null,
        Offset | null,
      ];
      this.context = found?.node ?? this.context;
      this.height = rect?.height ?? this.height;
      // A place that grows can scroll the list by itself, which was told while the old height held.
      if (offset) this.moved(offset);
      then?.();
    });
  }

  toEnd(): void {
    this.end = true;
    this.context?.scrollTo({ top: FAR, animated: false });
  }

  /** The user, or the list itself, has scrolled. */
  moved({ scrollTop, scrollHeight }: Offset): void {
    this.end = scrollHeight - scrollTop - this.height < END_MARGIN;
  }

  /**
   * Changes the list and leaves the row `anchor` where it is on the screen. Some systems do so by
   * themselves, and some only away from the top: what is missing is measured and made up for.
   */
  keep(anchor: string, change: (changed: () => void) => void, done: () => void): void {
    this.positionOf(anchor, (before) =>
      change(() =>
        this.positionOf(anchor, (after) => {
          if (before && after) {
            const grown = after.inContent - before.inContent;
            const missing = grown - (after.scrollTop - before.scrollTop);
            if (Math.abs(missing) > TOLERANCE) {
              this.context?.scrollTo({ top: after.scrollTop + missing, animated: false });
            }
          }
          done();
        }),
      ),
    );
  }

  private positionOf(
    anchor: string,
    then: (position: { inContent: number; scrollTop: number } | undefined) => void,
  ): void {
    const query = this.host.createSelectorQuery();
    query.select(`#${anchor}`).boundingClientRect();
    query.select('#scroll').scrollOffset();
    query.exec((results: unknown[]) => {
      const [rect, offset] = results as [{ bottom: number } | null, { scrollTop: number } | null];
      // Its end, because a row can lose the time at its beginning when others come in above.
      const position = rect &&
        offset && { inContent: rect.bottom + offset.scrollTop, scrollTop: offset.scrollTop };
      then(position ?? undefined);
    });
  }
}
