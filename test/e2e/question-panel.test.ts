import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';

describe.skipIf(noBrowser)('the panel of questions', () => {
  it('is there for who comes late, with what was asked long before', async ({ desk, backEnd }) => {
    const [ming, hong] = await desk.phones();
    expect(await ming.questionsEntry.count()).toBe(0);
    await ming.ask('有回放吗？');
    await ming.questionsEntry.getByText('提问 1').waitFor();
    await hong
      .row('有回放吗？')
      .getByRole('button', { name: /我也想知道/ })
      .click();
    // So much that the question is none of what a newcomer is given.
    await backEnd.say(Array.from({ length: 60 }, (_, i) => `第 ${i + 1} 条`));
    const gang = await desk.phone({ name: '小刚', room: desk.room });
    await gang.questionsEntry.getByText('提问 1').waitFor();
    await gang.openQuestions();
    await gang.question('有回放吗？').getByText('我也想知道 1').waitFor();
    expect(await gang.question('有回放吗？').innerText()).toContain('小明');
    await gang.hints('原消息较早', () => gang.question('有回放吗？').click());
    await gang.questionsTab('待回答').waitFor({ state: 'hidden' });
  });

  it('follows what others want to know while it is open', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.ask('什么时候发货？');
    await ming.ask('有优惠吗？');
    await hong.questionsEntry.getByText('提问 2').waitFor();
    await ming.openQuestions();
    await expect.poll(() => ming.asked()).toEqual(['什么时候发货？', '有优惠吗？']);
    const gang = await desk.phone({ name: '小刚', room: desk.room });
    await gang.openQuestions();
    await gang
      .question('有优惠吗？')
      .getByRole('button', { name: /我也想知道/ })
      .click();
    for (const phone of [ming, gang]) {
      await expect.poll(() => phone.asked()).toEqual(['有优惠吗？', '什么时候发货？']);
    }
    await gang.question('有优惠吗？').getByText('已想知道 1').waitFor();
    // One's own is not to be voted for.
    await ming.question('有优惠吗？').getByText('1 人也想知道').waitFor();
    expect(await ming.questions.getByRole('button', { name: /我也想知道/ }).count()).toBe(0);
    // A new one comes to the end, without a word.
    await hong.ask('几点开始？');
    for (const phone of [ming, gang]) {
      await expect
        .poll(() => phone.asked())
        .toEqual(['有优惠吗？', '什么时候发货？', '几点开始？']);
    }
  });

  it('is where a host answers, closes and takes back', async ({ desk, backEnd }) => {
    await backEnd.makeHost('guest:小红');
    const [ming, hong] = await desk.phones();
    for (const question of ['什么时候发货？', '有优惠吗？', '广告，点我']) await ming.ask(question);
    await ming.openQuestions();
    await hong.questionsEntry.getByText('提问 3').waitFor();
    await hong.openQuestions();
    for (const name of ['回答', '更多操作']) {
      expect(await ming.questions.getByRole('button', { name }).count()).toBe(0);
    }
    await hong.question('什么时候发货？').getByRole('button', { name: '回答' }).click();
    await hong.text('回答 小明').waitFor();
    await hong.say('周五');
    await expect.poll(() => ming.asked()).toEqual(['有优惠吗？', '广告，点我']);
    await ming.questionsTab('已回答').click();
    await ming.question('什么时候发货？').getByText('周五', { exact: true }).waitFor();
    await ming.question('什么时候发货？').getByText('主持人', { exact: true }).waitFor();

    const manage = async (question: string, action: string) => {
      await hong.question(question).getByRole('button', { name: '更多操作' }).click();
      await hong.screen.getByRole('dialog').getByRole('button', { name: action }).click();
    };
    await hong.openQuestions();
    await manage('有优惠吗？', '标记为已解决');
    await ming.question('有优惠吗？').getByText('已解决', { exact: true }).waitFor();
    await manage('广告，点我', '撤回');
    await hong.questions.getByText('没有等待回答的问题').waitFor();
    await expect.poll(() => ming.asked()).toEqual(['有优惠吗？', '什么时候发货？']);
    await ming.questionsTab('待回答').click();
    await ming.questions.getByText('没有等待回答的问题').waitFor();
  });

  it('is right again when the network is back', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await hong.ask('什么时候发货？');
    await hong.ask('有优惠吗？');
    await ming.questionsEntry.getByText('提问 2').waitFor();
    await ming.openQuestions();
    await ming.cutNetwork();
    await ming.questions.getByText('连接已断开，恢复后会自动更新').waitFor();
    const gang = await desk.phone({ name: '小刚', room: desk.room });
    await gang.ask('几点开始？');
    await hong
      .row('几点开始？')
      .getByRole('button', { name: /我也想知道/ })
      .click();
    await hong.row('几点开始？').getByText('已想知道 1').waitFor();
    await ming.restoreNetwork();
    await expect.poll(() => ming.asked()).toEqual(['几点开始？', '什么时候发货？', '有优惠吗？']);
    await ming.questions.getByText('连接已断开，恢复后会自动更新').waitFor({ state: 'hidden' });
  });

  it('leads to the question among the messages', async ({ desk, backEnd }) => {
    const [ming] = await desk.phones();
    await ming.ask('什么时候发货？');
    await ming.bubble('什么时候发货？').waitFor();
    await backEnd.say(Array.from({ length: 30 }, (_, i) => `第 ${i + 1} 条`));
    await ming.bubble('第 30 条').waitFor();
    await expect.poll(() => ming.isInView('什么时候发货？')).toBe(false);
    await ming.openQuestions();
    await ming.question('什么时候发货？').click();
    await expect.poll(() => ming.isInView('什么时候发货？')).toBe(true);
  });

  it('is asked for again where that had failed', async ({ desk }) => {
    const [ming] = await desk.phones();
    await ming.ask('什么时候发货？');
    const gang = await desk.phone({ name: '小刚' });
    let isDown = true;
    await gang.page.route('**/questions', (route) =>
      isDown ? route.fulfill({ json: {} }) : route.continue(),
    );
    await gang.screen.getByPlaceholder('输入房间号').fill(desk.room);
    await gang.button('进入').click();
    await gang.questionsEntry.waitFor();
    isDown = false;
    await gang.questionsEntry.click();
    await expect.poll(() => gang.asked()).toEqual(['什么时候发货？']);
  });
});
