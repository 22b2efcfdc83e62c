import { beforeEach, describe, expect, it, vi } from 'vitest';
import { glassElement } from '../../../miniprogram/preview/runtime/backend.ts';

type Decision = { event: string; buttonId?: string };
type Ask = (answer: (decision: Decision) => void, info?: object) => void;

const wechat = vi.hoisted(() => ({ ask: undefined as Ask | undefined, opened: 0 }));

// The preview never asks; this phone does.
vi.mock(import('../../../miniprogram/preview/runtime/wx/index.ts'), async (original) => {
  const { createWx } = await original();
  const asking = {
    onNeedPrivacyAuthorization: (ask: Ask) => {
      wechat.ask = ask;
    },
    openPrivacyContract: () => {
      wechat.opened++;
    },
  };
  return {
    createWx: (parts) => {
      const wx = createWx(parts);
      return new Proxy(wx, {
        get: (target, name, receiver) =>
          Reflect.get(asking, name) ?? Reflect.get(target, name, receiver),
      });
    },
  };
});

const { app, mount } = await import('./app.ts');

/** WeChat asks for consent; gives what it was answered, so far. */
function ask(): Decision[] {
  const answers: Decision[] = [];
  wechat.ask?.((decision) => answers.push(decision), { referrer: 'chooseAvatar' });
  return answers;
}

describe('consent to the privacy guideline', () => {
  beforeEach(() => {
    wechat.ask = undefined;
    wechat.opened = 0;
  });

  it('is asked for only when WeChat wants it', async () => {
    const sheet = mount('privacy-sheet');
    await app.settled();
    expect(sheet.text).toBe('');
    ask();
    await app.settled();
    expect(sheet.find('.title').textContent).toBe('用户隐私保护提示');
  });

  it('is given by the button that WeChat checks, for all that wait', async () => {
    const sheet = mount('privacy-sheet');
    const answers = [ask(), ask()];
    await app.settled();
    const agree = sheet.find('.button-agree');
    expect(sheet.instance._$.getShadowRoot()?.getElementById('agree')).toBe(glassElement(agree));
    sheet.tap(agree);
    const agreed = [{ event: 'agree', buttonId: 'agree' }];
    expect(answers).toEqual([agreed, agreed]);
    expect(sheet.instance.data.visible).toBe(false);
  });

  it('is refused by the other button, or beside the sheet', async () => {
    const sheet = mount('privacy-sheet');
    for (const where of ['.button:not(.button-agree)', '.t-overlay']) {
      const answers = [ask(), ask()];
      await app.settled();
      sheet.tap(where.startsWith('.button') ? (sheet.findAll('.button')[0] ?? where) : where);
      const refused = [{ event: 'disagree' }];
      expect(answers).toEqual([refused, refused]);
    }
  });

  it('is asked for again, and each time answered once', async () => {
    const sheet = mount('privacy-sheet');
    const first = ask();
    await app.settled();
    sheet.tap('.button-agree');
    const second = ask();
    await app.settled();
    expect(sheet.instance.data.visible).toBe(true);
    sheet.tap('.button-agree');
    expect([first, second].map(({ length }) => length)).toEqual([1, 1]);
  });

  it('can be read first', async () => {
    const sheet = mount('privacy-sheet');
    const answers = ask();
    await app.settled();
    sheet.tap('.link');
    expect(wechat.opened).toBe(1);
    expect(answers).toEqual([]);
  });
});
