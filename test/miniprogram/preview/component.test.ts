import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadApp } from '../../../miniprogram/preview/testing/mount.ts';

const app = loadApp(join(import.meta.dirname, 'fixture'));

describe('a component in a test', () => {
  it('shows its properties, and follows them', async () => {
    const bubble = app.mount('components/bubble/index', { text: '你好' });
    expect(bubble.text).toContain('你好');
    await app.settled();
    expect(bubble.find('.length').textContent).toBe('2 就绪');
    bubble.set({ text: '早上好', mine: true });
    expect(bubble.find('.length').textContent).toBe('3 就绪');
    expect(bubble.findAll('.mine')).toHaveLength(1);
    bubble.unmount();
    expect(document.body.textContent).not.toContain('早上好');
  });

  it('is tapped and held, and says so', () => {
    const bubble = app.mount('components/bubble/index', { text: '你好' });
    const picked = bubble.events('pick');
    const held = bubble.events('hold');
    bubble.tap('.card');
    expect(picked).toEqual([{ text: '你好' }]);
    bubble.longPress('.length');
    expect(held).toEqual([{ text: '你好', place: 'card' }]);
    expect(picked).toHaveLength(1);
    bubble.unmount();
  });

  it('takes what is typed, and confirms it', () => {
    const page = app.mount('pages/home/index');
    page.input('wx-input', '在吗');
    expect(page.instance.data.text).toBe('在吗');
    const field = page.find('wx-input input');
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    expect(page.find('.log').textContent).toBe('在吗!');
    expect(page.instance.data.text).toBe('');
    page.unmount();
  });

  it('does not tap what is disabled', () => {
    const page = app.mount('pages/home/index');
    page.tap(page.find('wx-button[disabled]'));
    expect(page.instance.data.count).toBe(0);
    page.tap(page.find('wx-button:not([disabled])'));
    expect(page.instance.data.count).toBe(1);
    page.unmount();
    localStorage.clear();
  });

  it('names what is missing', () => {
    expect(app.problems).toEqual([]);
    const page = app.mount('pages/second/index');
    page.set({ drawn: true });
    expect(app.problems).toEqual(['预览缺少 <canvas>']);
    page.unmount();
  });
});
