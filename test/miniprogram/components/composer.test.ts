import { describe, expect, it } from 'vitest';
import { app, mount, toast } from './app.ts';

function composer(properties: Readonly<Record<string, unknown>> = {}) {
  const component = mount('composer', properties);
  const field = component.find('textarea') as HTMLTextAreaElement;
  return {
    ...component,
    field,
    sent: component.events('send'),
    type: (text: string) => component.input('wx-textarea', text),
    key: (init: KeyboardEventInit) => field.dispatchEvent(new KeyboardEvent('keydown', init)),
  };
}

describe('sending', () => {
  it('says what was written, and makes room for the next', () => {
    const { type, tap, sent, field, instance } = composer();
    type('  你好\n ');
    tap('.send');
    expect(sent).toEqual([{ text: '你好' }]);
    expect(field.value).toBe('');
    expect(instance.value()).toBe('');
  });

  it('keeps what shows nothing, and says so', async () => {
    const { type, tap, sent, instance } = composer();
    for (const blank of ['', '  \n', '\u3000', '\u200b']) {
      type(blank);
      tap('.send');
      expect(await toast()).toBe('消息不能为空');
      expect(instance.value()).toBe(blank);
    }
    expect(sent).toEqual([]);
  });

  it('keeps what is too long, to the last character', async () => {
    const { type, tap, sent, field } = composer();
    const long = '字'.repeat(2_001);
    type(long);
    tap('.send');
    expect(await toast()).toBe('最多 2000 字，请分几条发送');
    expect(field.value).toBe(long);
    type('字'.repeat(2_000));
    tap('.send');
    expect(sent).toHaveLength(1);
  });

  it('drops the half character that some keyboards leave behind', () => {
    const { type, tap, sent } = composer();
    type('好\ud83d');
    tap('.send');
    expect(sent).toEqual([{ text: '好' }]);
  });

  it('comes with Enter, not with Shift and Enter', () => {
    const { type, key, sent } = composer();
    type('你好');
    key({ key: 'Enter', shiftKey: true });
    expect(sent).toEqual([]);
    key({ key: 'Enter' });
    expect(sent).toEqual([{ text: '你好' }]);
  });

  it('does not come with the Enter that chooses a word', () => {
    const { type, key, sent, field } = composer();
    type('nihao');
    key({ key: 'Enter', isComposing: true });
    field.dispatchEvent(new CompositionEvent('compositionstart'));
    key({ key: 'Enter' });
    expect(sent).toEqual([]);
    field.dispatchEvent(new CompositionEvent('compositionend'));
    key({ key: 'Enter' });
    expect(sent).toEqual([{ text: 'nihao' }]);
  });

  it('sends markup as it was typed', () => {
    const { type, tap, sent } = composer();
    type('<b>{{text}}&nbsp;</b>');
    tap('.send');
    expect(sent).toEqual([{ text: '<b>{{text}}&nbsp;</b>' }]);
  });
});

describe('typing', () => {
  it('is told, clearing is not', () => {
    const component = composer();
    const typing = component.events('typing');
    component.type('你');
    component.type('');
    expect(typing).toHaveLength(1);
  });

  it('shows what is left when it gets close, and what is too much', () => {
    const { type, findAll, find } = composer();
    type('字'.repeat(1_899));
    expect(findAll('.left')).toEqual([]);
    type('字'.repeat(1_900));
    expect(find('.left').textContent).toBe('还可以输入 100 字');
    type('字'.repeat(2_000));
    expect(find('.left').textContent).toBe('还可以输入 0 字');
    type('字'.repeat(2_003));
    expect(find('.left').textContent).toBe('超出 3 字，请分几条发送');
    type('😀'.repeat(1_950));
    expect(find('.left').textContent).toBe('还可以输入 50 字');
    type('你好');
    expect(findAll('.left')).toEqual([]);
  });
});

describe('what it is about', () => {
  it('is named, and can be dropped', () => {
    const component = composer({ subject: { label: '引用 小明', text: '几点？' } });
    const dropped = component.events('drop');
    expect(component.find('.chip').textContent).toBe('引用 小明几点？');
    component.tap('.chip-close');
    expect(dropped).toHaveLength(1);
    component.set({ subject: null });
    expect(component.findAll('.chip')).toEqual([]);
  });

  it('and to whom alone it goes, likewise', () => {
    const component = composer({ recipient: '<b>小明</b>' });
    const opened = component.events('public');
    expect(component.find('.chip-private').textContent).toBe('私聊 · 只有 <b>小明</b> 能看到');
    expect(component.find('textarea').getAttribute('placeholder')).toBe('悄悄说…');
    component.set({ fixedMode: true });
    expect(component.find('textarea').getAttribute('placeholder')).toBe('写下你的回答…');
    component.tap('.chip-close');
    expect(opened).toHaveLength(1);
  });

  it('can be a question, unless it is an answer', () => {
    const component = composer();
    const modes = component.events('mode');
    expect(component.find('.send').textContent).toBe('发送');
    component.tap('.mode');
    component.set({ mode: 'question' });
    expect(component.find('.send').textContent).toBe('提问');
    component.tap('.mode');
    expect(modes).toEqual([{ mode: 'question' }, { mode: 'text' }]);
    component.set({ fixedMode: true });
    expect(component.findAll('.mode')).toEqual([]);
  });
});

describe('a mention', () => {
  it('is put behind what is there, with a blank between', () => {
    const { type, instance } = composer();
    instance.insert('@小明 ');
    expect(instance.value()).toBe('@小明 ');
    instance.insert('@老师 ');
    expect(instance.value()).toBe('@小明 @老师 ');
    type('你好');
    instance.insert('@小明 ');
    expect(instance.value()).toBe('你好 @小明 ');
  });

  it('opens the keyboard', () => {
    const { instance } = composer();
    instance.insert('@小明 ');
    expect(instance.data.focus).toBe(true);
  });
});

describe('the keyboard', () => {
  it('lifts it, and the list is told', async () => {
    const component = composer();
    const resized = component.events('resize');
    component.trigger('wx-textarea', 'keyboardheightchange', { height: 300 });
    component.trigger('wx-textarea', 'keyboardheightchange', { height: 300 });
    await app.settled();
    expect(resized).toHaveLength(1);
    expect(component.find('.composer').style.paddingBottom).toBe('300px');
    component.trigger('wx-textarea', 'keyboardheightchange', { height: 0 });
    await app.settled();
    expect(resized).toHaveLength(2);
    component.trigger('wx-textarea', 'linechange', { lineCount: 2 });
    expect(resized).toHaveLength(3);
  });
});

it.for([
  ['whom it is for', { recipient: '小红' }, { recipient: '' }],
  ['what it is about', { subject: { label: '引用 小红', text: '你好' } }, { subject: null }],
] as const)('tells the list when a line that says %s comes or goes', async ([, line, none]) => {
  const { set, events, findAll } = composer();
  await app.settled();
  const resized = events('resize');
  set(line);
  await app.settled();
  expect(findAll('.chip')).toHaveLength(1);
  expect(resized).toHaveLength(1);
  set(none);
  await app.settled();
  expect(findAll('.chip')).toEqual([]);
  expect(resized).toHaveLength(2);
});

it('gets a draft back as it was left', () => {
  const { instance, field, type } = composer();
  instance.write('还没写完');
  expect(field.value).toBe('还没写完');
  type('还没写完。');
  expect(instance.value()).toBe('还没写完。');
});
