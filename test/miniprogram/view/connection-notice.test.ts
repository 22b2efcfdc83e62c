import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../../miniprogram/src/chat/connection.ts';
import {
  ConnectionNotice,
  NOTICE_DELAY_MS,
  RECOVERED_MS,
} from '../../../miniprogram/src/view/connection-notice.ts';
import { FakeClock } from '../../support/fake-ports.ts';

const ONLINE: ConnectionState = { name: 'online' };
const CONNECTING: ConnectionState = { name: 'connecting' };
const CUT_OFF: ConnectionState = { name: 'offline', because: 'network' };

/** What is to be read above the messages. */
class Line {
  readonly clock = new FakeClock();
  text = '';
  readonly notice = new ConnectionNotice(this.clock, (banner) => {
    this.text = banner?.text ?? '';
  });
}

describe('the line above the messages', () => {
  it('says nothing of a connection that takes a moment', async () => {
    const line = new Line();
    line.notice.update(CONNECTING, false);
    await line.clock.advance(NOTICE_DELAY_MS - 1);
    line.notice.update(ONLINE, false);
    line.notice.update(ONLINE, true);
    await line.clock.advance(60_000);
    expect(line.text).toBe('');
  });

  it('says only that it connects while it does so for the first time', async () => {
    const line = new Line();
    line.notice.update(CONNECTING, false);
    await line.clock.advance(NOTICE_DELAY_MS);
    expect(line.text).toBe('连接中…');
    line.notice.update(ONLINE, true);
    expect(line.text).toBe('');
  });

  it('says what is wrong, what becomes of it, and for a moment that it is over', async () => {
    const line = new Line();
    line.notice.update(ONLINE, true);
    line.notice.update(CUT_OFF, false);
    await line.clock.advance(NOTICE_DELAY_MS);
    expect(line.text).toContain('网络不可用');
    line.notice.update(CONNECTING, false);
    expect(line.text).toBe('连接中…');
    line.notice.update(ONLINE, false);
    expect(line.text, 'until all that was missed is there').toBe('连接中…');
    line.notice.update(ONLINE, true);
    expect(line.text).toBe('已恢复连接');
    await line.clock.advance(RECOVERED_MS);
    expect(line.text).toBe('');
  });

  it('tells of new trouble although it has just said that all is well', async () => {
    const line = new Line();
    line.notice.update(ONLINE, true);
    line.notice.update(CUT_OFF, false);
    await line.clock.advance(NOTICE_DELAY_MS);
    line.notice.update(ONLINE, true);
    expect(line.text).toBe('已恢复连接');
    line.notice.update(CUT_OFF, false);
    await line.clock.advance(60_000);
    expect(line.text).toContain('网络不可用');
  });

  it('leaves no timer behind when nobody looks any more', () => {
    const line = new Line();
    line.notice.update(CUT_OFF, false);
    line.notice.stop();
    expect(line.clock.running).toBe(0);
  });
});
