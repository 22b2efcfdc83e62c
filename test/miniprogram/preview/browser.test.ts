// @vitest-environment node
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest';
import { buildPreview, createPreview } from '../../../miniprogram/preview/build/preview.ts';
import { findBrowser, launchBrowser } from '../../support/browser.ts';
import { miniProgram } from './folder.ts';
import { type Site, serve } from './site.ts';

const executable = findBrowser();
const WIDE = { width: 1280, height: 800 };

describe.skipIf(!executable)('a mini-program in a browser', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'preview-'));
  const devDir = mkdtempSync(join(tmpdir(), 'preview-'));
  let browser: Browser;
  let site: Site;
  let page: Page;
  let a: FrameLocator;
  let b: FrameLocator;
  let errors: string[];

  beforeAll(async () => {
    await buildPreview({ appDir: join(import.meta.dirname, 'fixture'), outDir });
    site = await serve(outDir);
    browser = await launchBrowser(executable ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    for (const dir of [outDir, devDir]) rmSync(dir, { recursive: true, force: true });
  });

  async function open(
    viewport = WIDE,
    query: Record<string, string> = {},
    hasTouch = false,
  ): Promise<void> {
    page = await browser.newPage({ viewport, hasTouch });
    page.setDefaultTimeout(10_000);
    errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    const server = `${site.origin.replace('http', 'ws')}/ws`;
    await page.goto(`${site.origin}/?${new URLSearchParams({ server, ...query })}`);
    a = page.frameLocator('#a');
    b = page.frameLocator('#b');
  }
  beforeEach(() => open());
  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  const text = (phone: FrameLocator, content: string): Promise<void> =>
    phone.getByText(content, { exact: true }).waitFor();
  const button = (phone: FrameLocator | Locator, name: string): Locator =>
    phone.getByRole('button', { name, exact: true });
  const panel = (index: number): Locator => page.locator('.panel').nth(index);
  const color = (locator: Locator, property: string): Promise<string> =>
    locator.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);

  it('gives two people a phone each, side by side, without scrolling', async () => {
    await text(a, '你好,小明(list)');
    await text(b, '你好,小红(list)');
    const overflow = await page.evaluate(() => {
      const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
      return [scrollWidth - clientWidth, scrollHeight - clientHeight];
    });
    expect(overflow).toEqual([0, 0]);
  });

  it('is one whole phone on a narrow screen', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator('.whole').waitFor();
    expect(await page.locator('iframe').count()).toBe(1);
    const box = await page.locator('#a').boundingBox();
    expect(box).toEqual({ x: 0, y: 0, width: 390, height: 844 });
  });

  it('is operated with a finger', async () => {
    await page.close();
    await open({ width: 390, height: 844 }, {}, true);
    await button(a, '点了 0 次').tap();
    await button(a, '点了 1 次').tap();
    await button(a, '点了 2 次').waitFor();
    await a.getByText('按住我').tap();
    await text(a, '点了 按住我');
  });

  it('reloads when it was built again', async () => {
    await page.close();
    const folder = miniProgram({ 'app.json': '{ "pages": ["pages/a/index"] }' });
    const preview = createPreview({ appDir: folder, outDir: devDir, dev: true });
    await preview.build();
    const devSite = await serve(devDir);
    onTestFinished(() => devSite.close());
    page = await browser.newPage({ viewport: WIDE });
    await page.goto(devSite.origin);
    const phone = page.frameLocator('#a');
    await text(phone, '你好');
    writeFileSync(join(folder, 'pages/a/index.wxml'), '<view>再见</view>');
    await preview.build();
    await text(phone, '再见');
    writeFileSync(join(folder, 'pages/a/index.wxml'), '<view>');
    await expect(preview.build()).rejects.toThrow();
    await page.getByText('pages/a/index.wxml:1:').waitFor();
    await text(phone, '再见');
  });

  it('passes on a name, and keeps to it', async () => {
    await page.close();
    await open(WIDE, { name: '阿<b>强' });
    await text(a, '你好,阿<b>强(list)');
    await text(b, '你好,小红(list)');
  });

  it('is tapped; what it stores is kept over a restart, apart for each phone', async () => {
    await button(a, '点了 0 次').click();
    await button(a, '点了 1 次').click();
    await button(a, '不能点').click({ force: true });
    await button(a, '点了 2 次').waitFor();
    await button(panel(0), '退出重启').click();
    await button(a, '点了 2 次').waitFor();
    await button(b, '点了 0 次').waitFor();
  });

  it('is held, which is no tap', async () => {
    await a.getByText('按住我').click({ delay: 600 });
    await text(a, '按住 按住我');
    await a.getByText('按住我').last().click();
    await text(a, '点了 按住我');
  });

  it('takes input, and a textarea grows', async () => {
    const field = a.getByPlaceholder('说点什么');
    await field.pressSequentially('在吗');
    await field.press('Enter');
    await text(a, '在吗!');
    expect(await field.inputValue()).toBe('');
    const area = a.getByPlaceholder('多行');
    const before = await area.boundingBox();
    await area.fill('一\n二\n三');
    const after = await area.boundingBox();
    expect(after?.height).toBeGreaterThan((before?.height ?? 0) * 2);
  });

  it('goes to a page and back', async () => {
    await button(a, '下一页').click();
    await text(a, '来自 home');
    expect(await a.getByRole('heading').textContent()).toBe('第二页');
    // Both pages have a class `top`: only one of them is red.
    expect(await color(a.getByText('来自 home'), 'color')).toBe('rgb(192, 0, 0)');
    expect(await color(a.locator('.top').first(), 'color')).toBe('rgb(34, 34, 34)');
    await button(a, '分享').click();
    await a.getByText('已分享').waitFor();
    await button(a, '返回').click();
    await text(a, '你好,小明(list)');
  });

  it('scrolls to an element, and says when the end is near', async () => {
    await button(a, '到底').click();
    await text(a, '到底了');
    await expect
      .poll(() =>
        a
          .locator('wx-scroll-view')
          .evaluate(({ scrollTop, clientHeight, scrollHeight }) =>
            Math.round(scrollHeight - clientHeight - scrollTop),
          ),
      )
      .toBe(0);
  });

  it('is measured from below the navigation bar, and observed', async () => {
    await button(a, '量一量').click();
    await text(a, '上 0 滚 0');
    await text(a, '看得见');
    await button(a, '到底').click();
    await text(a, '看不见');
  });

  it('asks for a text', async () => {
    await button(a, '改名').click();
    await a.getByRole('dialog').getByRole('textbox').fill('新名字');
    await button(a, '确定').click();
    await text(a, '新名字');
  });

  it('has its own colour scheme', async () => {
    const card = (phone: FrameLocator) => phone.locator('.bubble--card');
    const header = (phone: FrameLocator) => phone.locator('header');
    expect(await color(header(b), 'background-color')).toBe('rgb(237, 237, 237)');
    await button(panel(1), '深色').click();
    await button(panel(1), '浅色').waitFor();
    expect(await color(card(b), 'background-color')).toBe('rgb(44, 44, 44)');
    expect(await color(header(b), 'background-color')).toBe('rgb(27, 27, 27)');
    expect(await color(card(a), 'background-color')).toBe('rgb(149, 236, 105)');
  });

  it('talks through a socket, which is logged as text', async () => {
    await panel(0).getByText('帧日志').click();
    await button(a, '连接').click();
    await text(a, 'echo <b>你好</b>');
    expect(site.protocols.at(-1)).toEqual(['edge-chat.v1', 'bearer.token-1']);
    const lines = panel(0).locator('.lines code');
    await expect
      .poll(() => lines.allTextContents())
      .toEqual(['已连接', '<b>你好</b>', 'echo <b>你好</b>']);
    await button(panel(0), '重连 socket').click();
    await text(a, '断开 1006');
  });

  it('does not notice at once that the network is gone', async () => {
    await button(a, '连接').click();
    await text(a, 'echo <b>你好</b>');
    await button(panel(0), '断网').click();
    await button(panel(0), '联网').waitFor();
    const before = site.received.length;
    await button(a, '说话').click();
    await panel(0).getByText('帧日志').click();
    await panel(0).locator('.lines').getByText('还在吗').waitFor();
    await text(a, '已连');
    await button(panel(0), '联网').click();
    await button(panel(0), '断网').waitFor();
    // What comes through afterwards shows that nothing is on its way any more.
    await button(b, '连接').click();
    await text(b, 'echo <b>你好</b>');
    expect(site.received.slice(before)).toEqual(['<b>你好</b>']);
  });

  it('goes to the background and returns', async () => {
    await panel(0).getByLabel('在后台的时间').selectOption('3');
    await button(panel(0), '切后台').click();
    await a.getByText('小程序在后台').waitFor();
    await a.getByText('小程序在后台').waitFor({ state: 'hidden' });
    await button(a, '点了 0 次').click();
    await button(a, '点了 1 次').waitFor();
  });
});
