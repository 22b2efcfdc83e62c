/** What the room is going to announce by itself, as those who run it see and change it. */
import type { Announcement, AnnouncementRequest } from '../../../shared/http.ts';
import { newFrameId } from './frame-id.ts';
import type { Result } from './http.ts';

/** What somebody wants announced; `at` in milliseconds since 1970, `every` in seconds. */
export type Wish = Omit<AnnouncementRequest, 'id'>;

export interface AnnouncementBoardOptions {
  readonly random: () => number;
  /** Ask the server. */
  list(): Promise<Result<readonly Announcement[]>>;
  announce(request: AnnouncementRequest): Promise<Result<Announcement>>;
  cancel(id: string): Promise<Result<unknown>>;
  onChange(): void;
}

export class AnnouncementBoard {
  private readonly options: AnnouncementBoardOptions;
  private list: readonly Announcement[] | undefined;
  /** How often the server was asked for the list: only the last answer counts. */
  private asked = 0;
  private failed = false;
  /** What was wished for last and may have arrived although no answer came back. */
  private unsettled: { readonly id: string; readonly wish: Wish } | undefined;

  constructor(options: AnnouncementBoardOptions) {
    this.options = options;
  }

  /** The next one first; `undefined` as long as they are not known. */
  get planned(): readonly Announcement[] | undefined {
    return this.list;
  }

  /** They could not be had. */
  get hasFailed(): boolean {
    return this.failed;
  }

  /** Asks what is planned. What was known stays until there is an answer. */
  async load(): Promise<void> {
    const number = ++this.asked;
    this.failed = false;
    this.options.onChange();
    const result = await this.options.list();
    if (number !== this.asked) return;
    if (result.ok) this.list = result.value;
    else this.failed = true;
    this.options.onChange();
  }

  /** Plans one. The same wish again, after there was no answer, is not planned twice. */
  async plan(wish: Wish): Promise<Result<Announcement>> {
    const known = this.unsettled;
    const id = known && isSame(known.wish, wish) ? known.id : newFrameId(this.options.random);
    this.unsettled = { id, wish };
    const result = await this.options.announce({ ...wish, id });
    if (result.ok || result.refusal) this.unsettled = undefined;
    if (result.ok) await this.load();
    return result;
  }

  /** Takes one back; one that is not there any more is as good as taken back. */
  async cancel(id: string): Promise<Result<unknown>> {
    const result = await this.options.cancel(id);
    const isGone = result.ok || result.refusal?.code === 'not_found';
    if (!isGone) return result;
    this.list = this.list?.filter((planned) => planned.id !== id);
    await this.load();
    return { ok: true, value: undefined };
  }
}

/** Whether somebody who has tried again means the same; a moment later `at` is another. */
function isSame(one: Wish, other: Wish): boolean {
  return one.text === other.text && one.every === other.every;
}
