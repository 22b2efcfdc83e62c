/** What runs in a phone's page, where each of these functions arrives alone. */

/** When it happened, in milliseconds since the page was opened. */
export interface Shown {
  /** The screen was touched; 0 if it was not. */
  readonly touched: number;
  /** There were messages on the screen. */
  readonly first: number;
  /** The one that was waited for was. */
  readonly last: number;
}

/** Resolves when the message `seq` is on the screen as the last of all. */
export async function whenShown(seq: number): Promise<Shown> {
  const rows = document.getElementsByTagName('message-row');
  // The framework keeps ids to itself.
  const keyOf = (row: Element | undefined): unknown =>
    Reflect.get(Object(Reflect.get(row ?? {}, '__wxElement')), 'id');
  const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
  let touched = 0;
  const touch = ({ timeStamp }: Event) => {
    touched = timeStamp;
  };
  document.addEventListener('pointerup', touch, { capture: true, once: true });
  let first = 0;
  // What is there when a frame begins has been drawn in the one before it.
  for (;;) {
    const at = await frame();
    if (first === 0 && rows.length > 0) first = at;
    if (keyOf(rows[rows.length - 1]) === `e${seq}`) {
      document.removeEventListener('pointerup', touch, { capture: true });
      return { touched, first, last: await frame() };
    }
  }
}

/** Scrolls up by so many `px` in each frame, until the room's first message is there; says how long it took, in ms. */
export async function scrollToBeginning(px: number): Promise<number> {
  const NUDGE_AFTER = 60;
  const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
  const list = document.querySelector('message-list wx-scroll-view');
  if (!list) throw new Error('there is no list');
  const isAtBeginning = () => /没有更早的消息了/.test(list.firstElementChild?.textContent ?? '');
  const start = performance.now();
  let resting = 0;
  while (!isAtBeginning() || list.scrollTop > 0) {
    const before = list.scrollTop;
    // A finger that rests at the top asks for nothing: it has to come from below.
    list.scrollTop = resting > NUDGE_AFTER ? px : before - px;
    resting = list.scrollTop === before ? resting + 1 : 0;
    await frame();
  }
  return (await frame()) - start;
}
