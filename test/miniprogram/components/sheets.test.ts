/** What comes up from below: who is here, who one is. */
import { describe, expect, it } from 'vitest';
import { app, MARKUP, mount, toast } from './app.ts';

const face = { avatar: '', initial: '明', color: '#5b8ff9', role: '', group: '' };
const members = [
  { ...face, id: 'me', name: '我', self: true },
  { ...face, id: 'ming', name: '小明', role: '主持人', group: '一组', self: false },
];

describe('who is in the room', () => {
  async function sheet(properties: Readonly<Record<string, unknown>> = {}) {
    const component = mount('member-sheet', { online: 2, members, visible: true, ...properties });
    const chosen = component.events('member');
    const closed = component.events('close');
    await app.settled();
    return { ...component, chosen, closed };
  }

  it('is listed, oneself marked', async () => {
    const { findAll, find } = await sheet();
    expect(find('.title').textContent).toBe('2 人在线');
    expect(findAll('.member').map(({ textContent }) => textContent)).toEqual([
      '明我我',
      '明小明主持人一组私聊',
    ]);
  });

  it('can be talked to in private, except oneself', async () => {
    const { findAll, tap, chosen } = await sheet();
    const [self, other] = findAll('.member');
    if (!self || !other) throw new Error('two people are missing');
    tap(self);
    expect(chosen).toEqual([]);
    tap(other);
    expect(chosen).toEqual([members[1]]);
  });

  it('is only counted when it is a crowd', async () => {
    const { find, findAll } = await sheet({ crowded: true, members: [], online: 1_200 });
    expect(find('.title').textContent).toBe('1200 人在线');
    expect(find('.hint').textContent).toBe('人太多了，这里只显示人数');
    expect(findAll('.member')).toEqual([]);
  });

  it('is put away by its cross or beside it', async () => {
    const { tap, closed } = await sheet();
    tap('.close');
    expect(closed).toHaveLength(1);
    tap('.t-overlay');
    expect(closed).toHaveLength(2);
  });

  it('is not there until it is asked for', async () => {
    const { findAll } = await sheet({ visible: false });
    expect(findAll('.member')).toEqual([]);
  });

  it.each(MARKUP)('is named as it is called: %s', async (name) => {
    const { find } = await sheet({ members: [{ ...members[1], name }] });
    expect(find('.name').textContent).toBe(name);
  });
});

describe('who one is', () => {
  async function sheet(properties: Readonly<Record<string, unknown>> = {}) {
    const component = mount('profile-sheet', {
      name: '',
      avatar: '',
      visible: true,
      ...properties,
    });
    const saved = component.events('save');
    const closed = component.events('close');
    await app.settled();
    const type = (text: string) => component.input('wx-input', text);
    const field = component.find('wx-input input') as HTMLInputElement;
    const save = () => component.tap('.t-button');
    return { ...component, saved, closed, type, field, save };
  }

  it('is asked of who has no name yet', async () => {
    const { find, type, save, saved } = await sheet();
    expect(find('.title').textContent).toBe('你想怎么称呼自己？');
    expect(find('.t-button').textContent).toBe('进入聊天');
    type(' 小明 ');
    save();
    expect(saved).toEqual([{ name: '小明', avatar: '' }]);
  });

  it('can be changed', async () => {
    const { find, field, save, saved } = await sheet({
      name: '小明',
      avatar: 'https://a.cn/b.png',
    });
    expect(find('.title').textContent).toBe('修改昵称和头像');
    expect(field.value).toBe('小明');
    expect(find('.t-button').textContent).toBe('保存');
    save();
    expect(saved).toEqual([{ name: '小明', avatar: 'https://a.cn/b.png' }]);
  });

  it('needs a name that can be seen, of at most 32 characters', async () => {
    const { type, save, saved } = await sheet();
    for (const blank of ['', '  ', '\u200b']) {
      type(blank);
      save();
      expect(await toast()).toBe('昵称不能为空');
    }
    type('😀'.repeat(33));
    save();
    expect(await toast()).toBe('昵称最多 32 个字');
    expect(saved).toEqual([]);
    type('😀'.repeat(32));
    save();
    expect(saved).toHaveLength(1);
  });

  it('takes no half character into a name', async () => {
    const { type, save, saved } = await sheet();
    type('小明\ud83d');
    save();
    expect(saved).toEqual([{ name: '小明', avatar: '' }]);
  });

  it('has the picture that was chosen, and keeps it when none is', async () => {
    const { trigger, save, saved } = await sheet({ name: '小明' });
    trigger('.avatar', 'chooseavatar', { avatarUrl: 'wxfile://tmp/a.png' });
    trigger('.avatar', 'chooseavatar', {});
    save();
    expect(saved).toEqual([{ name: '小明', avatar: 'wxfile://tmp/a.png' }]);
  });

  it('is shown as others will see it while it is typed', async () => {
    const { type, find } = await sheet();
    expect(find('.t-avatar').textContent).toBe('');
    type('小明');
    expect(find('.t-avatar').textContent).toContain('明');
  });

  it('is not saved twice', async () => {
    const { save, saved, set } = await sheet({ name: '小明', busy: true });
    save();
    expect(saved).toEqual([]);
    set({ busy: false });
    save();
    expect(saved).toHaveLength(1);
  });

  it('that the server refuses is told, and stays to be corrected', async () => {
    const { set, type, find, field, save, saved } = await sheet({ name: '小明' });
    type('管理员');
    save();
    set({ busy: true });
    set({ busy: false });
    // What the page knows has not changed, but it may well say it again.
    set({ visible: true, name: '小明', avatar: '', problem: '内容不符合规范，请修改后再发' });
    expect(find('.problem').textContent).toBe('内容不符合规范，请修改后再发');
    expect(field.value).toBe('管理员');
    save();
    expect(saved.at(-1)).toEqual({ name: '管理员', avatar: '' });
  });

  it('begins again with what is known when it is opened again', async () => {
    const { set, type, field, tap, closed } = await sheet({ name: '小明' });
    type('小红');
    tap('.t-overlay');
    expect(closed).toHaveLength(1);
    set({ visible: false });
    set({ visible: true });
    await app.settled();
    expect(field.value).toBe('小明');
  });

  it.each(MARKUP)('is no markup: %s', async (name) => {
    const { type, save, saved } = await sheet();
    type(name);
    save();
    expect(saved).toEqual([{ name, avatar: '' }]);
  });
});
