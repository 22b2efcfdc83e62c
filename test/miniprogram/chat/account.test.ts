import { describe, expect, it } from 'vitest';
import { Account } from '../../../miniprogram/src/chat/account.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  login,
  unread,
} from '../../../miniprogram/src/chat/http.ts';
import { FakeClock, flush, MemoryStore } from '../../support/fake-ports.ts';
import { message } from '../../support/frames.ts';

const DAY = 24 * 3_600_000;

/** A server that gives sessions, each with its own token, for a day. */
class Phone {
  readonly clock = new FakeClock();
  readonly requests: HttpRequest[] = [];
  code: () => Promise<string | undefined> = async () => 'wx-code';
  /** Answers instead of the server; `undefined` is no answer at all. */
  answer: ((request: HttpRequest) => HttpAnswer | undefined) | undefined;
  /** Answers wait until they are let go. */
  held: (() => void)[] | undefined;
  readonly store: MemoryStore;
  readonly account: Account;

  constructor(store = new MemoryStore()) {
    this.store = store;
    this.account = new Account({
      store,
      clock: this.clock,
      loginCode: () => this.code(),
      http: async (request) => {
        this.requests.push(request);
        const token = `token-${this.requests.length}`;
        const { held } = this;
        if (held) await new Promise<void>((go) => held.push(go));
        const answer = this.answer ? this.answer(request) : this.session(request, token);
        if (!answer) throw new Error('no network');
        return answer;
      },
    });
  }

  session({ body }: HttpRequest, token: string): HttpAnswer {
    const { name } = body as { name: string };
    const user = { id: `id-${name}`, name };
    return { status: 200, body: { token, user, expiresAt: this.clock.now() + DAY } };
  }

  refuse(code: string, status: number): void {
    this.answer = () => ({ status, body: { error: { code, message: 'no' } } });
  }
}

const tokenOf = (answer: Awaited<ReturnType<Account['obtain']>>) =>
  answer.ok ? answer.session.token : answer.refusal?.code;

async function named(store?: MemoryStore): Promise<Phone> {
  const phone = new Phone(store);
  await phone.account.rename({ name: 'ann' });
  return phone;
}

describe('a session', () => {
  it('without a name there is none, and nobody is asked', async () => {
    const phone = new Phone();
    expect(tokenOf(await phone.account.obtain())).toBe('unauthorized');
    expect([phone.requests, phone.account.profile, phone.account.user]).toEqual([
      [],
      undefined,
      undefined,
    ]);
  });

  it('is asked for once, and used until shortly before it ends', async () => {
    const phone = await named();
    phone.clock.jump(DAY - 61_000);
    expect(tokenOf(await phone.account.obtain())).toBe('token-1');
    phone.clock.jump(1_000);
    expect(tokenOf(await phone.account.obtain())).toBe('token-2');
    expect(phone.account.user?.id).toBe('id-ann');
  });

  it('several rooms that ask at once make one login', async () => {
    const phone = await named();
    const answers = await Promise.all([1, 2, 3].map(() => phone.account.obtain('token-1')));
    expect(answers.map(tokenOf)).toEqual(['token-2', 'token-2', 'token-2']);
    expect(phone.requests).toHaveLength(2);
    // A room that learns it late gets the new one.
    expect(tokenOf(await phone.account.obtain('token-1'))).toBe('token-2');
    expect(phone.requests).toHaveLength(2);
  });

  it('a clock that is wrong by years makes more logins, and no failure', async () => {
    const phone = await named();
    phone.clock.jump(10 * 365 * DAY);
    phone.answer = () => ({
      status: 200,
      body: { token: 'real', user: { id: 'x', name: 'ann' }, expiresAt: 1 },
    });
    expect(tokenOf(await phone.account.obtain())).toBe('real');
    expect(tokenOf(await phone.account.obtain())).toBe('real');
  });

  it('outlives the app', async () => {
    const phone = await named();
    const again = new Phone(phone.store);
    expect(again.account.profile).toEqual({ name: 'ann' });
    expect(tokenOf(await again.account.obtain())).toBe('token-1');
  });

  it.each(['{', '5', '{"profile":{}}', '{"profile":{"name":"ann"},"session":{"token":5}}'])(
    'damaged storage (%s) is a phone that nobody has used yet',
    async (text) => {
      const store = new MemoryStore();
      store.set('account', text);
      expect(new Phone(store).account.profile).toBeUndefined();
    },
  );

  it('a full storage remembers it until the app ends', async () => {
    const store = new MemoryStore();
    store.quota = 0;
    const phone = await named(store);
    expect(tokenOf(await phone.account.obtain())).toBe('token-1');
    expect(new Phone(store).account.profile).toBeUndefined();
  });

  it.each([
    [
      'no code of WeChat',
      (phone: Phone) => Object.assign(phone, { code: () => Promise.reject(new Error()) }),
    ],
    ['no network', (phone: Phone) => Object.assign(phone, { answer: () => undefined })],
    [
      'an answer that makes no sense',
      (phone: Phone) => Object.assign(phone, { answer: () => ({ status: 200, body: '<html>' }) }),
    ],
    ['an error that is none of the list', (phone: Phone) => phone.refuse('x', 502)],
  ])('%s: none now, and asked for again the next time', async (_, prepare) => {
    const phone = await named();
    prepare(phone);
    expect(await phone.account.obtain('token-1')).toEqual({ ok: false });
    phone.answer = undefined;
    phone.code = async () => undefined;
    expect((await phone.account.obtain('token-1')).ok).toBe(true);
    expect(phone.requests.at(-1)?.body).toEqual({ name: 'ann' });
  });

  it('tells the server the code, the name, and a picture only if others can load it', async () => {
    const phone = new Phone();
    await phone.account.rename({ name: 'ann', avatar: 'https://x.example/a.png' });
    await phone.account.rename({ name: 'ann', avatar: 'wxfile://tmp/a.png' });
    expect(phone.requests.map(({ body }) => body)).toEqual([
      { code: 'wx-code', name: 'ann', avatar: 'https://x.example/a.png' },
      { code: 'wx-code', name: 'ann' },
    ]);
    expect(phone.account.profile?.avatar).toBe('wxfile://tmp/a.png');
  });
});

describe('another name', () => {
  it('refused: one stays who one was, with the session one had', async () => {
    const phone = await named();
    phone.refuse('bad_frame', 400);
    expect(tokenOf(await phone.account.rename({ name: '' }))).toBe('bad_frame');
    expect(phone.account.profile).toEqual({ name: 'ann' });
    expect(tokenOf(await phone.account.obtain())).toBe('token-1');
    expect(new Phone(phone.store).account.profile).toEqual({ name: 'ann' });
  });

  it('without a network they stay who they were, and in their rooms', async () => {
    const phone = await named();
    phone.answer = () => undefined;
    expect(await phone.account.rename({ name: 'bea' })).toEqual({ ok: false });
    expect(phone.account.profile?.name).toBe('ann');
    expect(phone.account.user?.id).toBe('id-ann');
  });

  it('while a login under the old name is on its way: the new one counts', async () => {
    const phone = await named();
    phone.held = [];
    const old = phone.account.obtain('token-1');
    await flush();
    const renamed = phone.account.rename({ name: 'bea' });
    await flush();
    for (const go of phone.held) go();
    expect(await old).toMatchObject({ session: { user: { id: 'id-ann' } } });
    expect(await renamed).toMatchObject({ session: { user: { id: 'id-bea' } } });
    phone.held = undefined;
    expect(phone.account.user?.id).toBe('id-bea');
    expect(await phone.account.obtain()).toEqual(await renamed);
  });

  it('one that is refused late does not undo the next', async () => {
    const phone = await named();
    phone.held = [];
    phone.answer = (request) =>
      (request.body as { name: string }).name === 'bad'
        ? { status: 400, body: { error: { code: 'bad_frame', message: 'no' } } }
        : phone.session(request, 'good');
    const bad = phone.account.rename({ name: 'bad' });
    const good = phone.account.rename({ name: 'bea' });
    await flush();
    for (const go of phone.held.reverse()) go();
    await Promise.all([bad, good]);
    expect(phone.account.profile).toEqual({ name: 'bea' });
  });
});

describe('what is asked over HTTP', () => {
  it('the lobby in one request; an event of a newer kind is not shown, its room is', async () => {
    const asked: HttpRequest[] = [];
    const rooms = [
      { room: 'a', unread: 2, head: 5, epoch: 'e1', last: message(5) },
      { room: 'b', unread: 1, head: 1, last: { kind: 'new', seq: 1, at: 1 } },
      { room: 'c', error: { code: 'server_error', message: '' } },
    ];
    const answer = await unread(
      async (request) => {
        asked.push(request);
        return { status: 200, body: { rooms } };
      },
      'token',
      [{ room: 'a', since: 'e1.3' }],
    );
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/api/rooms/unread',
        token: 'token',
        body: { rooms: [{ room: 'a', since: 'e1.3' }] },
      },
    ]);
    expect(answer).toMatchObject({
      ok: true,
      value: [
        { room: 'a', unread: 2, head: 5, last: { seq: 5 } },
        { room: 'b', unread: 1 },
        { room: 'c', unread: 0, error: { code: 'server_error' } },
      ],
    });
  });

  it('a refusal says how long to wait', async () => {
    const body = { error: { code: 'rate_limited', message: 'no', retryAfter: 5 } };
    const answer = { ok: false, refusal: body.error };
    expect(await unread(async () => ({ status: 429, body }), 'token', [])).toEqual(answer);
    expect(await login(async () => ({ status: 429, body }), { name: 'x' })).toEqual(answer);
  });
});

describe('a picture on this phone', () => {
  const FILE = 'wxfile://tmp/a.png';
  const SHARED = 'https://chat.example/media/a';

  async function withPicture(): Promise<{ phone: Phone; uploaded: string[] }> {
    const phone = new Phone();
    phone.answer = (request) => {
      const { name, avatar } = request.body as { name: string; avatar?: string };
      const user = { id: `id-${name}`, name, ...(avatar && { avatar }) };
      const expiresAt = phone.clock.now() + DAY;
      return { status: 200, body: { token: `t-${phone.requests.length}`, user, expiresAt } };
    };
    await phone.account.rename({ name: 'ann', avatar: FILE });
    return { phone, uploaded: [] };
  }
  const avatars = ({ requests }: Phone) =>
    requests.map(({ body }) => (body as { avatar?: string }).avatar);

  it('is uploaded once, and shown to the others from the next session on', async () => {
    const { phone, uploaded } = await withPicture();
    const upload = async (file: string) => {
      uploaded.push(file);
      return SHARED;
    };
    expect(await phone.account.shareAvatar(upload)).toBe(true);
    expect(await phone.account.shareAvatar(upload)).toBe(true);
    expect(uploaded).toEqual([FILE]);
    expect(avatars(phone)).toEqual([undefined, SHARED]);
    expect(phone.account.user?.avatar).toBe(SHARED);
    expect(phone.account.profile?.avatar).toBe(FILE);
  });

  it('stays on the phone when it does not get through, and is tried again', async () => {
    const { phone } = await withPicture();
    expect(await phone.account.shareAvatar(async () => undefined)).toBe(false);
    expect(phone.account.profile).toEqual({ name: 'ann', avatar: FILE });
    expect(phone.account.user?.name).toBe('ann');
    expect(await phone.account.shareAvatar(async () => SHARED)).toBe(true);
    expect(phone.account.user?.avatar).toBe(SHARED);
  });

  it('is not uploaded again when only the session after it failed, also by the next app', async () => {
    const { phone } = await withPicture();
    const { answer } = phone;
    phone.answer = () => undefined;
    expect(await phone.account.shareAvatar(async () => SHARED)).toBe(false);
    expect(phone.account.user?.id).toBe('id-ann');
    const again = new Phone(phone.store);
    again.answer = answer;
    const never = async () => {
      throw new Error('uploaded twice');
    };
    expect(await again.account.shareAvatar(never)).toBe(true);
    expect(avatars(again)).toEqual([SHARED]);
  });

  it('leaves the session as it is until there is one with the picture', async () => {
    const { phone } = await withPicture();
    phone.held = [];
    const sharing = phone.account.shareAvatar(async () => SHARED);
    await flush();
    expect(phone.account.user).toEqual({ id: 'id-ann', name: 'ann' });
    expect(tokenOf(await phone.account.obtain())).toBe('t-1');
    for (const go of phone.held) go();
    expect(await sharing).toBe(true);
    expect(tokenOf(await phone.account.obtain())).toBe('t-2');
  });

  it('is shared once by two who ask at a time', async () => {
    const { phone, uploaded } = await withPicture();
    const upload = async (file: string) => {
      uploaded.push(file);
      await flush();
      return SHARED;
    };
    const both = [phone.account.shareAvatar(upload), phone.account.shareAvatar(upload)];
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(uploaded).toHaveLength(1);
  });

  it('that was changed meanwhile gives way to the new one', async () => {
    const { phone, uploaded } = await withPicture();
    const upload = async (file: string) => {
      uploaded.push(file);
      if (uploaded.length === 1) await phone.account.rename({ name: 'ann', avatar: 'wxfile://b' });
      return `${SHARED}${uploaded.length}`;
    };
    expect(await phone.account.shareAvatar(upload)).toBe(true);
    expect(uploaded).toEqual([FILE, 'wxfile://b']);
    expect(phone.account.user?.avatar).toBe(`${SHARED}2`);
  });

  it('is nothing to share when there is none, or others can load it already', async () => {
    const phone = await named();
    const never = async () => {
      throw new Error('uploaded');
    };
    expect(await phone.account.shareAvatar(never)).toBe(true);
    await phone.account.rename({ name: 'ann', avatar: 'https://x.example/a.png' });
    expect(await phone.account.shareAvatar(never)).toBe(true);
    expect(await new Phone().account.shareAvatar(never)).toBe(true);
  });
});
