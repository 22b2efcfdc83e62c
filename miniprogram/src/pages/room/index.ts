/** A room: what is said, and everything that people can do about it. */
import type { User } from '../../../../shared/protocol.ts';
import type { ChatApp } from '../../app.ts';
import type { Draft } from '../../chat/outbox.ts';
import { joinRoomChanges, type RoomChange, RoomClient } from '../../chat/room-client.ts';
import type { Member } from '../../components/member-sheet/index.ts';
import type { Top } from '../../components/message-list/index.ts';
import type { RowEvent } from '../../components/message-row/index.ts';
import { lobbyUrl, type PageQuery, queryValue, roomUrl } from '../../platform/navigation.ts';
import { mentionsIn, roomNameProblem } from '../../view/compose.ts';
import { faceOf } from '../../view/face.ts';
import { MENU_LABELS, type MenuAction, menuOf } from '../../view/menu.ts';
import { RoomView } from '../../view/room-view.ts';
import { type Row, shorten } from '../../view/rows.ts';
import {
  actionRefusalText,
  type Banner,
  bannerOf,
  closedText,
  RECOVERED,
  roleText,
} from '../../view/words.ts';
import type { Composer, MessageList, Recipient, Subject } from './types.ts';

const app = getApp<ChatApp>();

/** A connection that takes no longer than this, in milliseconds, is not worth a word. */
const BANNER_DELAY_MS = 400;
/** For so long, in milliseconds, it is said that all is well again. */
const RECOVERED_MS = 1_600;
/** Below this a page looks empty, and older messages are brought at once. */
const FEW_MESSAGES = 15;

const NO_BANNER: Pick<Banner, 'text' | 'tone'> = { text: '', tone: 'waiting' };

Page({
  data: {
    online: 0,
    typing: '',
    banner: NO_BANNER as Pick<Banner, 'text' | 'tone'>,
    top: 'loading' as Top,
    host: false,
    empty: false,
    mode: 'text' as 'text' | 'question',
    subject: null as Subject | null,
    recipient: null as Recipient | null,
    membersVisible: false,
    members: [] as Member[],
    crowded: false,
  },

  client: undefined as RoomClient | undefined,
  view: undefined as RoomView | undefined,
  /** What has changed since the list was last told. */
  changed: undefined as RoomChange | undefined,
  /** The list is not done with what it was told last. */
  busy: true,
  /** To go to the newest message as soon as it is. */
  endWanted: false,
  mentions: new Map<string, string>(),
  bannerTimer: 0,
  troubled: false,
  loadingOlder: false,
  left: false,

  onLoad(query: PageQuery) {
    const room = queryValue(query, 'room').normalize('NFC');
    const { user } = app.services.account;
    const visited = app.services.visited();
    if (roomNameProblem(room) || !user || !visited) {
      wx.reLaunch({ url: roomNameProblem(room) ? lobbyUrl() : lobbyUrl(room) });
      return;
    }
    this.mentions = new Map();
    const client = new RoomClient({
      room,
      user,
      endpoint: app.services.socketAddress,
      ports: app.services.ports,
      visited,
      onChange: (change) => this.onChange(change),
    });
    this.client = client;
    this.view = new RoomView(client, Date.now);
    this.showTitle();
    client.open();
  },

  onReady() {
    const { client } = this;
    if (!client) return;
    const draft = app.services.visited()?.draft(client.room) ?? '';
    if (draft !== '') this.composer().write(draft);
    this.settled();
  },

  onHide() {
    this.keepDraft();
  },

  onUnload() {
    this.left = true;
    clearTimeout(this.bannerTimer);
    this.keepDraft();
    this.client?.close();
  },

  onShareAppMessage() {
    const room = this.client?.room ?? '';
    return { title: `来「${this.client?.title ?? room}」一起聊`, path: roomUrl(room) };
  },

  list(): MessageList {
    return this.selectComponent('#list') as unknown as MessageList;
  },

  composer(): Composer {
    return this.selectComponent('#composer') as unknown as Composer;
  },

  keepDraft() {
    const { client } = this;
    if (client) app.services.visited()?.saveDraft(client.room, this.composer().value());
  },

  // ---- What the client tells

  onChange(change: RoomChange) {
    if (this.left) return;
    if (change.timeline || change.outbox) {
      this.changed = joinRoomChanges(this.changed, change);
      this.flush();
    }
    if (change.room) this.showTitle();
    if (change.presence) this.showPresence();
    if (change.typing) this.showTyping();
    if (change.connection) this.onConnection();
  },

  /** Tells the list what has changed, as soon as it is done with what it was told before. */
  flush() {
    const { view, changed } = this;
    if (this.busy || !view || !changed) return;
    this.changed = undefined;
    this.busy = true;
    const list = this.list();
    const update = view.apply(changed, list.isAtEnd());
    this.showEdges();
    list.show(update, view.hasHiddenBelow, () => this.settled());
  },

  settled() {
    this.busy = false;
    if (this.endWanted) this.onEnd();
    else this.flush();
  },

  showEdges() {
    const { client, view } = this;
    if (!client || !view) return;
    const { timeline } = client;
    const more = timeline.hasOlder || view.hasHiddenAbove;
    const top: Top = this.loadingOlder ? 'loading' : more ? 'more' : 'end';
    const empty = client.isCaughtUp && !timeline.hasOlder && timeline.entries.length === 0;
    const shown = client.isCaughtUp || timeline.entries.length > 0 ? top : 'loading';
    if (shown !== this.data.top || empty !== this.data.empty) this.setData({ top: shown, empty });
  },

  showTitle() {
    const { client } = this;
    if (!client) return;
    wx.setNavigationBarTitle({ title: client.title ?? client.room });
    const host = client.self.role !== 'member';
    if (host !== this.data.host) this.setData({ host });
  },

  showPresence() {
    const { client } = this;
    if (!client) return;
    const { online } = client;
    if (online !== this.data.online) this.setData({ online });
    if (this.data.membersVisible) this.showMembers();
  },

  showTyping() {
    const [first, ...others] = this.client?.typing ?? [];
    const typing = first
      ? `${shorten(first.name, 10)}${others.length > 0 ? ` 等 ${others.length + 1} 人` : ''}正在输入…`
      : '';
    if (typing !== this.data.typing) this.setData({ typing });
  },

  onConnection() {
    const { client } = this;
    if (!client) return;
    const { state } = client;
    if (state.name === 'closed' && state.refusal) {
      this.leave(closedText(state.refusal));
      return;
    }
    this.showEdges();
    this.announce(client);
    if (client.isCaughtUp) this.fillUp(client);
  },

  /** Says how the connection stands: trouble after a moment, its end at once. */
  announce(client: RoomClient) {
    clearTimeout(this.bannerTimer);
    const banner = bannerOf(client.state);
    if (banner) {
      const delay = this.data.banner.text === '' ? BANNER_DELAY_MS : 0;
      this.bannerTimer = setTimeout(() => {
        this.troubled = true;
        this.setData({ banner });
      }, delay);
    } else if (client.isCaughtUp && this.troubled) {
      this.troubled = false;
      this.setData({ banner: RECOVERED });
      this.bannerTimer = setTimeout(() => this.setData({ banner: NO_BANNER }), RECOVERED_MS);
    } else if (!this.troubled && this.data.banner.tone !== 'good') {
      if (this.data.banner.text !== '') this.setData({ banner: NO_BANNER });
    }
  },

  /** A room whose newest events are all votes would look empty. */
  fillUp(client: RoomClient) {
    if (client.timeline.hasOlder && client.timeline.entries.length < FEW_MESSAGES) this.onOlder();
  },

  /** The server doesn't let them in, or not any more. */
  async leave(reason: string) {
    this.left = true;
    await wx.showModal({ title: '无法留在房间', content: reason, showCancel: false });
    if (getCurrentPages().length > 1) wx.navigateBack();
    else wx.reLaunch({ url: lobbyUrl() });
  },

  // ---- The list

  async onOlder() {
    const { client, view } = this;
    if (!client || !view || this.loadingOlder) return;
    if (view.hasHiddenAbove) {
      this.extend('top');
      return;
    }
    if (!client.timeline.hasOlder) return;
    this.loadingOlder = true;
    this.setData({ top: 'loading' });
    const result = await client.loadOlder();
    this.loadingOlder = false;
    if (this.left) return;
    if (result === 'failed') this.setData({ top: 'failed' });
    else this.showEdges();
  },

  onNewer() {
    this.extend('bottom');
  },

  /** Shows more of what is in memory. */
  extend(edge: 'top' | 'bottom') {
    const { view } = this;
    if (this.busy || !view) return;
    const patch = view.extend(edge);
    if (!patch) return;
    this.busy = true;
    this.list().extend(edge, patch, view.hasHiddenBelow, () => this.settled());
    this.showEdges();
  },

  onEnd() {
    const { view } = this;
    if (!view) return;
    // The list measures before it shows what it was told last: what is told now must not overtake that.
    this.endWanted = this.busy;
    if (this.busy) return;
    const patch = view.showEnd();
    this.busy = true;
    this.list().showEnd(patch, () => this.settled());
    this.showEdges();
  },

  onBlank() {
    wx.hideKeyboard({ fail: () => {} });
  },

  onResize() {
    this.list().stick();
  },

  // ---- What people do with a message

  onRow({ detail }: WechatMiniprogram.CustomEvent<{ event: RowEvent; row: Row; link?: string }>) {
    const { event, row, link } = detail;
    switch (event) {
      case 'menu':
        void this.openMenu(row);
        return;
      case 'face':
        this.whisper({ id: row.userId, name: row.name });
        return;
      case 'mention':
        this.mention(row);
        return;
      case 'resend':
        void this.openMenu(row);
        return;
      case 'link':
        wx.setClipboardData({
          data: link ?? '',
          success: () => wx.showToast({ title: '链接已复制，请在浏览器中打开', icon: 'none' }),
        });
        return;
      case 'quote':
        this.revealQuoted(row);
        return;
      case 'vote':
        void this.act('vote', row.seq);
        return;
      case 'answer':
        this.answer(row);
        return;
      default:
        event satisfies never;
    }
  },

  async openMenu(row: Row) {
    const { client } = this;
    if (!client) return;
    const menu = menuOf(row, client.self, Date.now());
    if (menu.length === 0) return;
    const itemList = menu.map((action) => MENU_LABELS[action]);
    const chosen = await wx.showActionSheet({ itemList }).catch(() => undefined);
    const action = chosen && menu[chosen.tapIndex];
    if (action) this.perform(action, row);
  },

  perform(action: MenuAction, row: Row) {
    switch (action) {
      case 'copy':
        wx.setClipboardData({ data: row.text });
        return;
      case 'quote':
        this.about('reply', row);
        return;
      case 'recall':
      case 'resolve':
        void this.act(action, row.seq);
        return;
      case 'whisper':
        this.whisper({ id: row.userId, name: row.name });
        return;
      case 'answer':
        this.answer(row);
        return;
      case 'resend':
        this.client?.resend(row.id);
        return;
      case 'discard':
        this.client?.discard(row.id);
        return;
      default:
        action satisfies never;
    }
  },

  async act(type: 'recall' | 'vote' | 'resolve', target: number) {
    const reply = await this.client?.act(type, target);
    if (this.left || !reply || reply.ok) return;
    wx.showToast({ title: actionRefusalText(type, reply.refusal), icon: 'none' });
  },

  mention(row: Row) {
    this.mentions.set(row.userId, row.name);
    this.composer().insert(`@${row.name} `);
  },

  whisper(recipient: Recipient) {
    this.setData({ recipient, membersVisible: false, mode: 'text', subject: null });
    this.composer().open();
  },

  answer(row: Row) {
    this.about('answer', row);
  },

  about(kind: Subject['kind'], row: Row) {
    const label = kind === 'answer' ? `回答 ${row.name}` : `引用 ${row.name}`;
    const subject = { kind, seq: row.seq, label, text: shorten(row.text) };
    this.setData({ subject, ...(kind === 'answer' && { mode: 'text' as const }) });
    this.composer().open();
  },

  revealQuoted(row: Row) {
    const seq = row.quoted;
    const target = seq === 0 ? undefined : this.view?.findShown(seq);
    if (target) this.list().reveal(target.key);
    else wx.showToast({ title: '原消息较早，请上拉查看', icon: 'none' });
  },

  // ---- The composer

  onSend({ detail }: WechatMiniprogram.CustomEvent<{ text: string }>) {
    const { client } = this;
    if (!client) return;
    client.send(this.draftOf(detail.text));
    this.mentions.clear();
    this.setData({ subject: null, mode: 'text' });
    this.onEnd();
    if (!client.isOutboxSaved) {
      wx.showToast({ title: '手机存储已满，请勿关闭，以免消息丢失', icon: 'none' });
    }
  },

  draftOf(text: string): Draft {
    const { subject, recipient, mode } = this.data;
    const to = recipient && { to: { users: [recipient.id] } };
    if (subject?.kind === 'answer') {
      return { content: { type: 'answer', question: subject.seq, text }, ...to };
    }
    const replyTo = subject && { replyTo: subject.seq };
    if (mode === 'question') return { content: { type: 'question', text }, ...to, ...replyTo };
    const mentions = mentionsIn(text, this.mentions);
    const content = { type: 'text', text, ...(mentions.length > 0 && { mentions }) } as const;
    return { content, ...to, ...replyTo };
  },

  onTyping() {
    // What is written to one person is no business of the others.
    if (!this.data.recipient) this.client?.tellTyping();
  },

  onMode({ detail }: WechatMiniprogram.CustomEvent<{ mode: 'text' | 'question' }>) {
    this.setData({ mode: detail.mode });
  },

  onDrop() {
    this.setData({ subject: null });
  },

  onPublic() {
    this.setData({ recipient: null });
  },

  // ---- The people

  onMembers() {
    this.showMembers();
    this.setData({ membersVisible: true });
  },

  onMembersClose() {
    this.setData({ membersVisible: false });
  },

  showMembers() {
    const { client } = this;
    if (!client) return;
    const members: readonly User[] | undefined = client.members;
    this.setData({
      crowded: members === undefined && client.online > 0,
      members: (members ?? []).map((user) => ({
        ...faceOf(user),
        id: user.id,
        name: user.name,
        role: roleText(user.role),
        group: user.group ?? '',
        self: user.id === client.self.id,
      })),
    });
  },

  onMember({ detail }: WechatMiniprogram.CustomEvent<Member>) {
    this.whisper({ id: detail.id, name: detail.name });
  },
});
