/** Where people come in: who they are, where they have been, and where they want to go. */
import type { ChatApp } from '../../app.ts';
import type { Profile } from '../../chat/account.ts';
import { type UnreadAnswer, unread } from '../../chat/http.ts';
import { type PageQuery, queryValue, roomUrl } from '../../platform/navigation.ts';
import { keepAvatar } from '../../platform/pictures.ts';
import { roomNameProblem } from '../../view/compose.ts';
import { faceOf } from '../../view/face.ts';
import { type RoomLine, roomLine } from '../../view/lobby.ts';
import { nameRefusalText } from '../../view/words.ts';

/** Offered to who has not been anywhere. */
const FIRST_ROOM = '大厅';

/** So long, in milliseconds, people wait for their picture to be uploaded before they go on. */
const AVATAR_PATIENCE_MS = 8_000;

const app = getApp<ChatApp>();

Page({
  data: {
    name: '',
    avatar: '',
    initial: '',
    color: '',
    room: '',
    lines: [] as RoomLine[],
    firstRoom: FIRST_ROOM,
    profileVisible: false,
    profileBusy: false,
    profileProblem: '',
    /** Where to go as soon as it is known who goes there. */
    nextRoom: '',
  },

  onLoad(query: PageQuery) {
    const room = queryValue(query, 'room');
    const name = queryValue(query, 'name');
    this.setData({ nextRoom: room });
    const { account, letsGuestsIn } = app.services;
    // A link can name a guest, and nobody else, as long as the phone doesn't know somebody already.
    if (name !== '' && letsGuestsIn && !account.profile) void this.introduce({ name });
    else if (room !== '') this.enter(room);
  },

  onShow() {
    this.showProfile();
    void this.showRooms();
    // What did not get through last time.
    void app.services.shareAvatar();
  },

  async onPullDownRefresh() {
    await this.showRooms();
    wx.stopPullDownRefresh();
  },

  onShareAppMessage() {
    return { title: '来聊天吧', path: '/pages/lobby/index' };
  },

  showProfile() {
    const { profile, user } = app.services.account;
    if (!profile) return;
    const { initial, color } = faceOf({ id: user?.id ?? profile.name, name: profile.name });
    this.setData({ name: profile.name, avatar: profile.avatar ?? '', initial, color });
  },

  /** At once what the phone knows, then what the server says. */
  async showRooms() {
    const visited = app.services.visited();
    if (!visited) return;
    const { list } = visited;
    const locals = list.map((room) => ({
      visited: room,
      waiting: visited.waiting(room.room),
      draft: visited.draft(room.room),
    }));
    const show = (answers: readonly UnreadAnswer[]) => {
      const lines = locals.map((local) => {
        const answer = answers.find(({ room }) => room === local.visited.room);
        return roomLine(local, answer, Date.now());
      });
      this.setData({ lines });
    };
    show([]);
    if (list.length === 0) return;
    const session = await app.services.account.obtain();
    if (!session.ok) return;
    const result = await unread(app.services.http, session.session.token, list);
    if (result.ok) show(result.value);
  },

  onRoom({ detail }: WechatMiniprogram.Input) {
    this.setData({ room: detail.value });
  },

  onEnter() {
    const room = this.data.room.trim().normalize('NFC');
    const problem = roomNameProblem(room);
    if (problem) wx.showToast({ title: problem, icon: 'none' });
    else this.enter(room);
  },

  onFirstRoom() {
    this.enter(FIRST_ROOM);
  },

  onLine({ currentTarget }: WechatMiniprogram.BaseEvent<object, { room: string }>) {
    this.enter(currentTarget.dataset.room);
  },

  async onLineMenu({ currentTarget }: WechatMiniprogram.BaseEvent<object, { room: string }>) {
    const { room } = currentTarget.dataset;
    const chosen = await wx.showActionSheet({ itemList: ['从列表中移除'] }).catch(() => undefined);
    if (!chosen) return;
    app.services.visited()?.forget(room);
    void this.showRooms();
  },

  enter(room: string) {
    if (!app.services.account.user) {
      this.setData({ nextRoom: room, profileVisible: true, profileProblem: '' });
      return;
    }
    this.setData({ nextRoom: '', room: '' });
    wx.navigateTo({ url: roomUrl(room) });
  },

  onProfile() {
    this.setData({ profileVisible: true, profileProblem: '' });
  },

  onProfileClose() {
    this.setData({ profileVisible: false, nextRoom: '' });
  },

  async onProfileSave({ detail }: WechatMiniprogram.CustomEvent<{ name: string; avatar: string }>) {
    const { name, avatar: chosen } = detail;
    const { profile } = app.services.account;
    if (chosen === (profile?.avatar ?? '')) {
      void this.introduce({ ...profile, name });
      return;
    }
    const avatar = await keepAvatar(chosen);
    void this.introduce({ name, avatar });
  },

  /** Before a room is entered, as what is said there carries the picture; but not for ever. */
  async shareAvatar() {
    const { account, ports, shareAvatar } = app.services;
    if (account.profile?.avatar === undefined) return;
    const patience = new Promise<boolean>((resolve) => {
      ports.clock.after(AVATAR_PATIENCE_MS, () => resolve(false));
    });
    if (await Promise.race([shareAvatar(), patience])) return;
    wx.showToast({ title: '头像上传失败，别人暂时看不到，稍后会再试', icon: 'none' });
  },

  async introduce(profile: Profile) {
    this.setData({ profileBusy: true });
    const answer = await app.services.account.rename(profile);
    if (answer.ok) await this.shareAvatar();
    this.setData({ profileBusy: false });
    if (!answer.ok) {
      this.setData({ profileVisible: true, profileProblem: nameRefusalText(answer.refusal) });
      return;
    }
    this.setData({ profileVisible: false });
    this.showProfile();
    void this.showRooms();
    if (this.data.nextRoom !== '') this.enter(this.data.nextRoom);
  },
});
