/**
 * `npm run bench:wechat-down`: what people notice, second by second, when WeChat's content check stops
 * answering and comes back, with each of the two policies. A real `wrangler dev` asks a stand-in that
 * accepts the connection and says nothing. Somebody writes a message every second; like the
 * mini-program, their phone sends one at a time, and again what was held, after the time it was told.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionResponse } from '../../shared/http.ts';
import { NodeClient } from '../support/node-client.ts';
import { TEST_SECRETS } from '../support/secrets.ts';
import { ProjectCopy, Server } from '../support/server.ts';
import { until } from '../support/test-client.ts';
import { startWeChatStandIn, type WeChatStandIn } from '../support/wechat-stand-in.ts';

const DOWN_FROM_S = 2;
const DOWN_UNTIL_S = 14;
const WRITTEN = 24;

/** Makes WeChat say nothing about what is said in a room, or answer again. */
async function setDown(wechat: WeChatStandIn, room: string, down: boolean): Promise<void> {
  const query = new URLSearchParams({ text: room, ...(down && { is: 'silent' }) });
  await fetch(`${wechat.url}/stand-in/verdict?${query}`, { method: 'PUT' });
}

/** How often WeChat was asked about what was said in a room. */
async function timesAsked(wechat: WeChatStandIn, room: string): Promise<number> {
  const query = new URLSearchParams({ text: room });
  const calls = await (await fetch(`${wechat.url}/stand-in/calls?${query}`)).json();
  return Array.isArray(calls) ? calls.length : 0;
}

/** A session as somebody who came by WeChat. */
async function logIn(server: Server): Promise<string> {
  const body = JSON.stringify({ code: 'openid-o-ann', name: 'ann' });
  const response = await fetch(server.http('/api/session'), { method: 'POST', body });
  return ((await response.json()) as SessionResponse).token;
}

async function show(server: Server, wechat: WeChatStandIn, key: string, policy: string) {
  const room = `down-${policy}`;
  const settings = { check: 'before', onCheckFailure: policy };
  await fetch(server.http(`/api/rooms/${room}/settings`), {
    method: 'PUT',
    headers: { Authorization: `Bearer ${key}` },
    body: JSON.stringify(settings),
  });
  const headers = { Authorization: `Bearer ${await logIn(server)}` };
  const ann = await NodeClient.join(server.ws({ room }), headers);

  console.log(`\nonCheckFailure = ${policy}`);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1_000;
  const print = (what: string) => console.log(`${seconds().toFixed(1).padStart(6)} s  ${what}`);
  const waiting: { id: string; text: string; writtenAt: number }[] = [];
  const waits: number[] = [];

  const write = async () => {
    for (let i = 1; i <= WRITTEN; i++) {
      if (i === DOWN_FROM_S + 1) {
        await setDown(wechat, room, true);
        print('--- WeChat does not answer any more');
      }
      if (i === DOWN_UNTIL_S + 1) {
        await setDown(wechat, room, false);
        print('--- WeChat answers again');
      }
      waiting.push({ id: `m${i}`, text: `${i} ${room}`, writtenAt: seconds() });
      await sleep(Math.max(0, i * 1_000 - seconds() * 1_000));
    }
  };
  const send = async () => {
    for (let published = 0; published < WRITTEN; ) {
      const next = waiting[0];
      if (!next) {
        await sleep(10);
        continue;
      }
      const { id, text, writtenAt } = next;
      const [sentAt, asked] = [seconds(), await timesAsked(wechat, room)];
      ann.send({ type: 'send', id, content: { type: 'text', text } });
      const isAnswer = (frame: { id?: string | undefined }) => frame.id === id;
      const answer = await until(
        () => ann.inbox.take('ack', isAnswer) ?? ann.inbox.take('reject', isAnswer),
        `an answer to ${id}`,
      );
      const took = `${Math.round((seconds() - sentAt) * 1_000)} ms`.padStart(7);
      const isAsked = (await timesAsked(wechat, room)) > asked;
      const how = `${took}, WeChat was ${isAsked ? '' : 'not '}asked`;
      if (answer.type === 'ack') {
        waiting.shift();
        published += 1;
        waits.push(seconds() - writtenAt);
        print(`${id.padEnd(3)} published as ${answer.seq} after ${how}`);
      } else {
        print(`${id.padEnd(3)} ${answer.code} after ${how}: again later; ${waiting.length} wait`);
        await sleep(answer.retryAfter ?? 1_000);
      }
    }
  };
  await Promise.all([write(), send()]);
  await ann.upTo(WRITTEN);
  const inOrder = ann.inbox.texts().every((text, i) => text === `${i + 1} ${room}`);
  print(
    `${ann.inbox.events().length} of ${WRITTEN} published, ${inOrder ? 'in order' : 'OUT OF ORDER'}; ` +
      `WeChat was asked ${await timesAsked(wechat, room)} times; ` +
      `longest wait from writing to the ack: ${Math.max(...waits).toFixed(1)} s`,
  );
  await ann.close();
}

const wechat = await startWeChatStandIn();
const copy = new ProjectCopy();
const vars = {
  CONTENT_CHECK: 'wechat',
  WECHAT_API_BASE: wechat.url,
  WECHAT_APPID: TEST_SECRETS.WECHAT_APPID,
  WECHAT_SECRET: TEST_SECRETS.WECHAT_SECRET,
};
const flags = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]);
let server: Server | undefined;
try {
  server = await Server.start(copy.folder, flags);
  const key = copy.devVar('ADMIN_KEY') ?? '';
  for (const policy of ['allow', 'hold']) await show(server, wechat, key, policy);
} finally {
  server?.kill();
  copy.remove();
  wechat.stop();
}
