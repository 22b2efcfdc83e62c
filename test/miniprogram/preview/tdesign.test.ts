import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadApp } from '../../../miniprogram/preview/testing/mount.ts';
import { addTDesign } from './tdesign.ts';

const NAMES = [
  'action-sheet',
  'avatar',
  'badge',
  'button',
  'cell',
  'dialog',
  'empty',
  'icon',
  'image',
  'notice-bar',
  'overlay',
  'popup',
  'search',
  'toast',
  'transition',
];

const WXML = `
<t-notice-bar visible content="公告" />
<t-search placeholder="搜索" value="猫" bind:change="onEvent" />
<t-cell title="单元格" note="备注" arrow bind:click="onEvent" />
<t-avatar>明</t-avatar>
<t-badge count="3"><t-button bind:tap="onEvent">按钮</t-button></t-badge>
<t-empty description="空空如也" />
<t-image src="/a.png" />
<t-icon name="add" />
<t-transition visible name="fade"><view>过渡</view></t-transition>
<t-overlay visible />
<t-popup visible="{{open}}" placement="bottom"><view>弹层</view></t-popup>
<t-dialog visible="{{open}}" title="标题" content="内容" confirm-btn="好的" bind:confirm="onEvent" />
<t-toast id="t-toast" />
<t-action-sheet visible="{{open}}" items="{{items}}" bind:selected="onEvent" />`;

const PAGE = `Page({
  data: { open: false, items: [{ label: '复制' }, { label: '撤回' }], events: [] },
  onEvent({ type }) { this.setData({ events: [...this.data.events, type] }); },
});`;

const dir = mkdtempSync(join(tmpdir(), 'tdesign-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('runs the components of TDesign that a chat uses', async () => {
  await addTDesign(NAMES, dir);
  mkdirSync(join(dir, 'pages'));
  const usingComponents = Object.fromEntries(
    NAMES.map((name) => [`t-${name}`, `tdesign-miniprogram/${name}/${name}`]),
  );
  writeFileSync(join(dir, 'app.json'), '{ "pages": ["pages/all"] }');
  writeFileSync(join(dir, 'app.js'), 'App({});');
  writeFileSync(join(dir, 'pages/all.json'), JSON.stringify({ usingComponents }));
  writeFileSync(join(dir, 'pages/all.js'), PAGE);
  writeFileSync(join(dir, 'pages/all.wxml'), WXML);

  const app = loadApp(dir);
  const page = app.mount('pages/all');
  await app.settled();
  for (const text of ['公告', '单元格', '备注', '明', '3', '按钮', '空空如也', '过渡']) {
    expect(page.text).toContain(text);
  }
  page.instance.setData({ open: true });
  page.instance.selectComponent('#t-toast').show({ message: '吐司' });
  await app.settled();
  for (const text of ['弹层', '标题', '内容', '好的', '复制', '撤回', '吐司']) {
    expect(page.text).toContain(text);
  }
  page.input('wx-input', '狗');
  page.tap('.t-cell');
  page.tap('.t-button');
  expect(page.instance.data.events).toEqual(['change', 'click', 'tap']);
  expect(app.problems).toEqual([]);
  page.unmount();
});
