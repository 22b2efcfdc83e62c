/** A room: what is said, and everything that people can do about it. */
import type { User } from '../../../../shared/protocol.ts';
import type { ChatApp } from '../../app.ts';
import type { Draft } from '../../chat/outbox.ts';
import { type RoomChange, RoomClient } from '../../chat/room-client.ts';
import type { AnnouncementWish } from '../../components/announcement-sheet/index.ts';
import type { Member } from '../../components/member-sheet/index.ts';
import type { Top } from '../../components/message-list/index.ts';
import type { RowEvent } from '../../components/message-row/index.ts';
import type { QuestionTouch } from '../../components/question-panel/index.ts';
import { lobbyUrl, type PageQuery, queryValue, roomUrl } from '../../platform/navigation.ts';
import type { Recording } from '../../platform/recorder.ts';
import { mentionsIn, roomNameProblem } from '../../view/compose.ts';
import { ConnectionNotice } from '../../view/connection-notice.ts';
import { faceOf } from '../../view/face.ts';
import {
  MENU_LABELS,
  type MenuAction,
  MUTE_MS,
  menuOf,
  PERSON_LABELS,
  type PersonAction,
  personMenuOf,
  questionMenuOf,
} from '../../view/menu.ts';
import type { QuestionLine, QuestionTab } from '../../view/question-lines.ts';
import { type Row, shorten } from '../../view/rows.ts';
import {
  actionRefusalText,
  type Banner,
  closedText,
  refusalText,
  roleText,
} from '../../view/words.ts';
import { Announcer, NO_ANNOUNCEMENTS } from './announcements.ts';
import { type Edges, Feed } from './feed.ts';
import { sendPictures, showPicture, surroundings, voiceDraft } from './media.ts';
import { NO_QUESTIONS, QuestionFeed } from './questions.ts';
import type {
  AnnouncementSheet,
  Composer,
  MessageList,
  QuestionPanel,
  Recipient,
  Subject,
} from './types.ts';

const app = getApp<ChatApp>();

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
    questions: NO_QUESTIONS,
    questionsVisible: false,
    announcements: NO_ANNOUNCEMENTS,
    announcementsVisible: false,
    announcing: false,
    members: [] as Member[],
    crowded: false,
  },

  client: undefined as RoomClient | undefined,
  feed: undefined as Feed | undefined,
  questionFeed: undefined as QuestionFeed | undefined,
  announcer: undefined as Announcer | undefined,
  notice: undefined as ConnectionNotice | undefined,
  /** Under which names people were mentioned, by id. */
  mentions: new Map<string, string>(),
  left: false,

  onLoad(query: PageQuery) {
    const room = queryValue(query, 'room').normalize('NFC');
    const { user, profile } = app.services.account;
    const visited = app.services.visited();
    const problem = roomNameProblem(room);
    if (problem !== undefined || !user || !visited) {
      wx.reLaunch({
        url: problem === undefined ? lobbyUrl(room) : lobbyUrl(),
        success: () => problem !== undefined && wx.showToast({ title: problem, icon: 'none' }),
      });
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
    const shownBy = surroundings(profile?.avatar ?? '', app.services.mediaAddress);
    this.feed = new Feed(client, shownBy, (edges) => this.showEdges(edges));
    this.questionFeed = new QuestionFeed(client, app.services, (questions) => {
      if (!this.left) this.setData({ questions });
    });
    this.announcer = new Announcer(client, app.services, (announcements) => {
      if (!this.left) this.setData({ announcements });
    });
    this.notice = new ConnectionNotice(app.services.ports.clock, (banner = NO_BANNER) =>
      this.setData({ banner }),
    );
    this.showTitle();
    client.open();
  },

  onReady() {
    const { client } = this;
    if (!client) return;
    this.feed?.begin(this.list());
    const draft = app.services.visited()?.draft(client.room) ?? '';
    if (draft !== '') this.composer().write(draft);
  },

  onHide() {
    this.keepDraft();
  },

  onUnload() {
    this.left = true;
    this.notice?.stop();
    this.questionFeed?.stop();
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
    this.feed?.tell(change);
    this.questionFeed?.tell(change);
    this.announcer?.tell(change);
    if (change.room) this.showTitle();
    if (change.presence) this.showPresence();
    if (change.typing) this.showTyping();
    if (change.connection) this.onConnection();
  },

  showEdges({ top, empty }: Edges) {
    const { data } = this;
    if (!this.left && (top !== data.top || empty !== data.empty)) this.setData({ top, empty });
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
    this.notice?.update(state, client.isCaughtUp);
    if (client.isCaughtUp) this.feed?.fillUp();
  },

  /** The server doesn't let them in, or not any more. */
  async leave(reason: string) {
    this.left = true;
    await wx.showModal({ title: '无法留在房间', content: reason, showCancel: false });
    if (getCurrentPages().length > 1) wx.navigateBack();
    else wx.reLaunch({ url: lobbyUrl() });
  },

  // ---- The list

  onOlder() {
    void this.feed?.older();
  },

  onNewer() {
    this.feed?.newer();
  },

  onEnd() {
    this.feed?.end();
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
      case 'resend':
        void this.openMenu(row);
        return;
      case 'face':
        void this.approach({ id: row.userId, name: row.name });
        return;
      case 'mention':
        this.mention(row);
        return;
      case 'link':
        this.copy(link ?? '', '链接已复制，请在浏览器中打开');
        return;
      case 'quote':
        this.revealQuoted(row);
        return;
      case 'picture':
        if (row.picture && this.client) {
          showPicture(row.picture.src, this.client, app.services.mediaAddress);
        }
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
        this.copy(row.text, '内容已复制');
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

  copy(data: string, said: string) {
    wx.setClipboardData({
      data,
      success: () => wx.showToast({ title: said, icon: 'none' }),
      fail: () => wx.showToast({ title: '复制失败，请再试一次', icon: 'none' }),
    });
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

  answer(row: Pick<Row, 'seq' | 'name' | 'text'>) {
    this.about('answer', row);
  },

  about(kind: Subject['kind'], row: Pick<Row, 'seq' | 'name' | 'text'>) {
    const label = kind === 'answer' ? `回答 ${row.name}` : `引用 ${row.name}`;
    const subject = { kind, seq: row.seq, label, text: shorten(row.text) };
    this.setData({ subject, ...(kind === 'answer' && { mode: 'text' as const }) });
    this.composer().open();
  },

  revealQuoted(row: Row) {
    this.reveal(row.quoted);
  },

  reveal(seq: number) {
    this.feed?.find(seq, (row: Row | undefined) => {
      if (row) this.list().reveal(row.key);
      else wx.showToast({ title: '原消息较早，请上拉查看', icon: 'none' });
    });
  },

  // ---- The composer

  onSend({ detail }: WechatMiniprogram.CustomEvent<{ text: string }>) {
    const { client } = this;
    if (!client) return;
    client.send(this.draftOf(detail.text));
    this.mentions.clear();
    this.setData({ subject: null, mode: 'text' });
    this.afterSend(client);
  },

  async onPicture({ detail }: WechatMiniprogram.CustomEvent<{ source: 'album' | 'camera' }>) {
    // For whom and about what it is was settled when it was chosen.
    const about = this.aboutMedia();
    await sendPictures(detail.source, (media) => this.sendMedia({ ...media, ...about }));
  },

  async onVoice({ detail }: WechatMiniprogram.CustomEvent<Recording>) {
    const about = this.aboutMedia();
    this.sendMedia({ ...(await voiceDraft(detail)), ...about });
  },

  aboutMedia(): Pick<Draft, 'to' | 'replyTo'> {
    const { subject, recipient } = this.data;
    return {
      ...(recipient && { to: { users: [recipient.id] } }),
      ...(subject?.kind === 'reply' && { replyTo: subject.seq }),
    };
  },

  sendMedia(draft: Draft) {
    const { client } = this;
    if (!client || this.left) return;
    client.send(draft);
    if (this.data.subject?.kind === 'reply') this.setData({ subject: null });
    this.afterSend(client);
  },

  afterSend(client: RoomClient) {
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

  // ---- The questions

  onQuestions() {
    wx.hideKeyboard({ fail: () => {} });
    this.questionFeed?.open(this.selectComponent('#questions') as unknown as QuestionPanel);
    this.setData({ questionsVisible: true });
  },

  onQuestionsClose() {
    this.questionFeed?.close();
    this.setData({ questionsVisible: false });
  },

  onQuestionsExtend({ detail }: WechatMiniprogram.CustomEvent<{ tab: QuestionTab }>) {
    this.questionFeed?.extend(detail.tab);
  },

  onQuestionsRetry() {
    this.questionFeed?.retry();
  },

  onQuestion({
    detail,
  }: WechatMiniprogram.CustomEvent<{ touch: QuestionTouch; line: QuestionLine }>) {
    const { touch, line } = detail;
    switch (touch) {
      case 'vote':
        void this.act('vote', line.seq);
        return;
      case 'answer':
        this.onQuestionsClose();
        this.answer(line);
        return;
      case 'jump':
        this.onQuestionsClose();
        this.reveal(line.seq);
        return;
      case 'more':
        void this.openQuestionMenu(line);
        return;
      default:
        touch satisfies never;
    }
  },

  async openQuestionMenu(line: QuestionLine) {
    const menu = questionMenuOf(line);
    const itemList = menu.map((action) => MENU_LABELS[action]);
    const chosen = await wx.showActionSheet({ itemList }).catch(() => undefined);
    const action = chosen && menu[chosen.tapIndex];
    if (action) void this.act(action, line.seq);
  },

  // ---- The announcements

  onAnnouncements() {
    wx.hideKeyboard({ fail: () => {} });
    this.announcer?.open();
    this.setData({ announcementsVisible: true });
  },

  onAnnouncementsClose() {
    this.announcer?.close();
    this.setData({ announcementsVisible: false });
  },

  onAnnouncementsRetry() {
    this.announcer?.retry();
  },

  async onAnnounce({ detail }: WechatMiniprogram.CustomEvent<AnnouncementWish>) {
    this.setData({ announcing: true });
    const problem = await this.announcer?.publish(detail);
    if (this.left) return;
    this.setData({ announcing: false });
    if (problem !== undefined) {
      wx.showToast({ title: problem, icon: 'none' });
      return;
    }
    (this.selectComponent('#announcements') as unknown as AnnouncementSheet).clear();
    if (detail.timing !== 'now') {
      wx.showToast({ title: '公告已安排', icon: 'none' });
      return;
    }
    this.onAnnouncementsClose();
    this.onEnd();
  },

  async onAnnouncementRemove({ detail }: WechatMiniprogram.CustomEvent<{ id: string }>) {
    const content = '删除后不会再发布，已经发布的仍会保留。';
    const { confirm } = await wx.showModal({
      title: '删除这条公告？',
      content,
      confirmText: '删除',
    });
    if (!confirm) return;
    const problem = await this.announcer?.remove(detail.id);
    if (problem !== undefined && !this.left) wx.showToast({ title: problem, icon: 'none' });
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
    void this.approach({ id: detail.id, name: detail.name });
  },

  /** A private message; those who run the room can do more. */
  async approach(person: Recipient) {
    const { client } = this;
    if (!client) return;
    const menu = personMenuOf(client.self);
    const itemList = menu.map((action) => PERSON_LABELS[action]);
    const chosen =
      menu.length > 1
        ? await wx.showActionSheet({ itemList }).catch(() => undefined)
        : { tapIndex: 0 };
    const action = chosen && menu[chosen.tapIndex];
    if (action === 'whisper') this.whisper(person);
    else if (action) void this.moderate(action, person);
  },

  async moderate(action: Exclude<PersonAction, 'whisper'>, { id, name }: Recipient) {
    const content = `${PERSON_LABELS[action]}：${name}`;
    const { confirm } = await wx.showModal({ title: '确定吗？', content });
    if (!confirm) return;
    const until = action === 'mute' ? Date.now() + MUTE_MS : undefined;
    const reply = await this.client?.moderate(action, id, until);
    if (this.left || !reply || reply.ok) return;
    wx.showToast({ title: refusalText(reply.refusal), icon: 'none' });
  },
});
