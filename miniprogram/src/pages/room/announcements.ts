/** Between the announcements of the room and the sheet in which hosts plan them. */
import { AnnouncementBoard } from '../../chat/announcement-board.ts';
import { announce, announcements, cancelAnnouncement, withSession } from '../../chat/http.ts';
import type { RoomChange, RoomClient } from '../../chat/room-client.ts';
import type { AnnouncementWish } from '../../components/announcement-sheet/index.ts';
import type { Services } from '../../platform/services.ts';
import { type AnnouncementLine, announcementLine } from '../../view/announcement-lines.ts';
import { announcementRefusalText, refusalText } from '../../view/words.ts';

export interface AnnouncementsState {
  readonly state: 'loading' | 'failed' | 'ready';
  readonly lines: readonly AnnouncementLine[];
}

export const NO_ANNOUNCEMENTS: AnnouncementsState = { state: 'loading', lines: [] };

export class Announcer {
  private readonly client: RoomClient;
  private readonly board: AnnouncementBoard;
  private isOpen = false;

  constructor(
    client: RoomClient,
    services: Services,
    onState: (state: AnnouncementsState) => void,
  ) {
    const { http, ports } = services;
    const { room } = client;
    this.client = client;
    this.board = new AnnouncementBoard({
      random: ports.random,
      list: () => withSession(ports.sessions, (token) => announcements(http, token, room)),
      announce: (request) =>
        withSession(ports.sessions, (token) => announce(http, token, room, request)),
      cancel: (id) =>
        withSession(ports.sessions, (token) => cancelAnnouncement(http, token, room, id)),
      onChange: () => this.isOpen && onState(this.state()),
    });
  }

  /** The sheet is about to be seen. */
  open(): void {
    this.isOpen = true;
    void this.board.load();
  }

  close(): void {
    this.isOpen = false;
  }

  /** One that was planned has come: it is planned for later now, or not any more. */
  tell({ events = [] }: RoomChange): void {
    const isNotice = events.some(
      (event) => event.kind === 'message' && event.content.type === 'notice',
    );
    if (this.isOpen && isNotice) void this.board.load();
  }

  retry(): void {
    void this.board.load();
  }

  /** Has it said, now or later. Returns why that can't be done, if so. */
  async publish({ text, timing, minutes }: AnnouncementWish): Promise<string | undefined> {
    if (timing === 'now') {
      this.client.send({ content: { type: 'notice', text } });
      return undefined;
    }
    const wish =
      timing === 'repeat'
        ? { text, every: minutes * 60 }
        : { text, at: this.client.serverTime + minutes * 60_000 };
    const result = await this.board.plan(wish);
    if (result.ok) return undefined;
    return announcementRefusalText(result.refusal, this.board.planned?.length ?? 0);
  }

  /** Takes one back. Returns why that can't be done, if so. */
  async remove(id: string): Promise<string | undefined> {
    const result = await this.board.cancel(id);
    return result.ok ? undefined : refusalText(result.refusal);
  }

  private state(): AnnouncementsState {
    const { planned, hasFailed } = this.board;
    const now = Date.now();
    const lag = this.client.serverTime - now;
    return {
      state: hasFailed ? 'failed' : planned ? 'ready' : 'loading',
      lines: (planned ?? []).map((announcement) => announcementLine(announcement, now, lag)),
    };
  }
}
