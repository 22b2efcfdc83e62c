import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';
import { SlowServer } from './support/slow-server.ts';

const OFFLINE = '网络不可用，消息会在恢复后发出';

describe.skipIf(noBrowser)('a phone in trouble', () => {
  it('[R3] without a network keeps what is said, and sends it once, in order', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.say('之前');
    await hong.bubble('之前').waitFor();
    await ming.cutNetwork();
    await ming.banner.getByText(OFFLINE).waitFor();
    await ming.say('电梯里一');
    await ming.say('电梯里二');
    for (const text of ['电梯里一', '电梯里二']) {
      await ming.row(text).getByLabel('待发送').waitFor();
    }
    await hong.say('你在哪');
    await hong.bubble('你在哪').waitFor();
    expect(await ming.said()).toEqual(['之前', '电梯里一', '电梯里二']);
    await ming.hints('已恢复连接', () => ming.restoreNetwork());
    for (const phone of [ming, hong]) {
      await expect.poll(() => phone.said()).toEqual(['之前', '你在哪', '电梯里一', '电梯里二']);
    }
    await expect.poll(() => ming.rows.getByLabel(/待发送|发送中/).count()).toBe(0);
    await ming.banner.getByText('已恢复连接').waitFor({ state: 'hidden' });
  });

  it('[R3] whose app is killed has what waited, and sends it once', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.cutNetwork();
    await ming.banner.getByText(OFFLINE).waitFor();
    await ming.say('没发出去一');
    await ming.say('没发出去二');
    await ming.row('没发出去二').getByLabel('待发送').waitFor();
    // A phone that starts has a network.
    await ming.restart();
    for (const phone of [ming, hong]) {
      await expect.poll(() => phone.said()).toEqual(['没发出去一', '没发出去二']);
    }
    await ming.restart();
    await expect.poll(() => ming.said()).toEqual(['没发出去一', '没发出去二']);
    expect(await hong.said()).toEqual(['没发出去一', '没发出去二']);
  });

  it('shows in the lobby that something waits to be sent', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.cutNetwork();
    await ming.banner.getByText(OFFLINE).waitFor();
    await ming.say('在路上');
    await ming.row('在路上').getByLabel('待发送').waitFor();
    await ming.back();
    await ming.line(desk.room).getByText('[1 条待发送]').waitFor();
    await ming.restoreNetwork();
    await ming.line(desk.room).click();
    await hong.bubble('在路上').waitFor();
    await expect.poll(() => ming.said()).toEqual(['在路上']);
  });

  it('[R4][R5] that was away has all that was said meanwhile, once and in order', async ({
    desk,
  }) => {
    const [ming, hong] = await desk.phones();
    await hong.say('之前');
    await ming.bubble('之前').waitFor();
    await ming.goToBackground(10);
    await ming.waitUntilSuspended();
    const missed = Array.from({ length: 5 }, (_, index) => `错过的 ${index + 1}`);
    for (const text of missed) {
      await hong.say(text);
      await hong.bubble(text).waitFor();
    }
    await ming.returns();
    await expect.poll(() => ming.said()).toEqual(['之前', ...missed]);
    await ming.say('我回来了');
    await expect.poll(() => hong.said()).toEqual(['之前', ...missed, '我回来了']);
  });

  it('[R5] whose connection broke comes back by itself', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await hong.say('一');
    await ming.bubble('一').waitFor();
    await ming.dropSocket();
    await hong.say('二');
    await ming.bubble('二').waitFor();
    await ming.say('三');
    for (const phone of [ming, hong]) {
      await expect.poll(() => phone.said()).toEqual(['一', '二', '三']);
      await phone.online(2);
    }
  });

  it('with a slow network shows that a message is on its way, until it is there', async ({
    desk,
  }) => {
    const server = new SlowServer(desk);
    const [ming, hong] = await desk.phones();
    await ming.say('快的');
    await hong.bubble('快的').waitFor();
    server.hold();
    await ming.say('慢的');
    await ming.row('慢的').getByLabel('发送中').waitFor();
    await ming.say('更慢的');
    await ming
      .row('更慢的')
      .getByLabel(/待发送|发送中/)
      .waitFor();
    server.release();
    for (const phone of [ming, hong]) {
      await expect.poll(() => phone.said()).toEqual(['快的', '慢的', '更慢的']);
    }
    await expect.poll(() => ming.rows.getByLabel(/待发送|发送中/).count()).toBe(0);
  });
});

describe.skipIf(noBrowser)('somebody whom the server refuses for good', () => {
  it('[R9] is told so, and finds the lobby', async ({ desk }) => {
    desk.routeSockets((socket) => {
      const message = 'guests are not allowed here';
      socket.send(JSON.stringify({ type: 'reject', code: 'forbidden', message }));
      void socket.close({ code: 4403 });
    });
    const phone = await desk.phone({ name: '阿强', room: desk.room });
    const modal = phone.screen.getByRole('dialog');
    await modal.getByText('你已被移出房间或无权进入，请联系管理员').waitFor();
    await modal.getByRole('button', { name: '确定' }).click();
    await phone.screen.getByPlaceholder('输入房间号').waitFor();
  });

  it('who is banned has to leave at once, and is not let in again', async ({ desk, backEnd }) => {
    const [ming, hong] = await desk.phones();
    await backEnd.moderate('ban', 'guest:小红');
    const modal = hong.screen.getByRole('dialog');
    for (const attempt of ['thrown out', 'at the door']) {
      await modal.getByText('你已被禁止进入').waitFor();
      await modal.getByRole('button', { name: '确定' }).click();
      await hong.screen.getByPlaceholder('输入房间号').waitFor();
      if (attempt === 'at the door') break;
      await hong.screen.getByPlaceholder('输入房间号').fill(desk.room);
      await hong.button('进入').click();
    }
    await ming.text('“小红”被禁止进入').waitFor();
    await ming.online(1);
  });
});

describe.skipIf(noBrowser)('those who run the room', () => {
  it('mute somebody from the member sheet: their message says why it did not go', async ({
    desk,
    backEnd,
  }) => {
    await backEnd.makeHost('guest:小明');
    const [ming, hong] = await desk.phones();
    await ming.openMembers();
    await ming.members.getByRole('button', { name: '小红' }).click();
    const dialog = ming.screen.getByRole('dialog');
    await dialog.getByRole('button', { name: '禁言 10 分钟' }).click();
    await dialog.getByRole('button', { name: '确定' }).click();
    await hong.text('你被禁言').waitFor();
    await hong.say('我还想说');
    await hong.row('我还想说').getByText('你已被禁言').waitFor();
    expect(await ming.bubble('我还想说').count()).toBe(0);
  });
});
