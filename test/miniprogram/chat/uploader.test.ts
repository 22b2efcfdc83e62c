import { describe, expect, it } from 'vitest';
import { ClientHarness } from '../../support/client-harness.ts';
import { flush } from '../../support/fake-ports.ts';
import { events, message, reject, user } from '../../support/frames.ts';

const PICTURE = { type: 'image', url: '', width: 40, height: 30, size: 9 } as const;
const url = (name: string) => `/media/${name.padStart(20, '_')}`;
const uploaded = (name: string) =>
  ({ ok: true, content: { ...PICTURE, width: 80, url: url(name) } }) as const;
const refused = (code: 'too_large' | 'server_error' | 'rate_limited' | 'forbidden') =>
  ({ ok: false, refusal: { code, message: 'no' } }) as const;

function show(h: ClientHarness, file: string): void {
  h.client.send({ content: PICTURE, file });
}

async function entered(): Promise<ClientHarness> {
  const h = new ClientHarness();
  await h.enter();
  return h;
}

/** What was sent so far: words, or the address of a file. */
const sent = (h: ClientHarness) =>
  h.socket
    .framesOf('send')
    .map(({ content }) =>
      'url' in content ? content.url.replace(/.*_/, '') : 'text' in content && content.text,
    );

describe('a picture', () => {
  it('is uploaded for its room, tells how far it is, and is sent as the server describes it', async () => {
    const h = await entered();
    show(h, 'a');
    expect(h.outgoing).toEqual(['uploading a']);
    expect(h.uploads.current).toMatchObject({ file: 'a', room: '大厅' });
    h.uploads.current.progress(0.5);
    expect(h.client.outgoing[0]).toMatchObject({ state: 'uploading', progress: 0.5 });
    expect(sent(h)).toEqual([]);
    h.uploads.current.end(uploaded('a'));
    await flush();
    expect(h.socket.framesOf('send')[0]).toEqual({
      type: 'send',
      id: h.client.outgoing[0]?.id,
      content: { ...PICTURE, width: 80, url: url('a') },
    });
    expect(h.outgoing).toEqual(['sending a']);
  });

  it('tells every twentieth of it, not every byte', async () => {
    const h = await entered();
    show(h, 'a');
    await h.told();
    let told = 0;
    for (let byte = 1; byte <= 1_000; byte++) {
      h.uploads.current.progress(byte / 1_000);
      if ((await h.told()).length > 0) told++;
    }
    expect(told).toBeGreaterThan(10);
    expect(told).toBeLessThanOrEqual(20);
  });

  it('lets words pass while it is uploaded, but no other picture', async () => {
    const h = await entered();
    show(h, 'a');
    show(h, 'b');
    h.say('words');
    expect(sent(h)).toEqual(['words']);
    expect(h.uploads.all.map(({ file }) => file)).toEqual(['a']);
    const [words] = h.socket.framesOf('send');
    h.socket.say({ type: 'ack', id: words?.id ?? '', seq: 1, at: 1 });
    await flush();
    for (const name of ['a', 'b']) {
      h.uploads.current.end(uploaded(name));
      await flush();
      const last = h.socket.framesOf('send').at(-1);
      h.socket.say({ type: 'ack', id: last?.id ?? '', seq: 2, at: 2 });
      await flush();
    }
    expect(sent(h)).toEqual(['words', 'a', 'b']);
  });

  it('is uploaded while there is no connection, and sent once there is', async () => {
    const h = new ClientHarness();
    h.client.open();
    show(h, 'a');
    h.uploads.current.end(uploaded('a'));
    await flush();
    expect(h.outgoing).toEqual(['waiting a']);
    await h.enter();
    expect(sent(h)).toEqual(['a']);
  });

  it('is not uploaded twice, also when the app ended in between', async () => {
    const h = new ClientHarness();
    h.client.open();
    show(h, 'a');
    h.uploads.current.end(uploaded('a'));
    await flush();
    const again = new ClientHarness(h.store);
    await again.enter();
    expect(again.uploads.all).toEqual([]);
    expect(sent(again)).toEqual(['a']);
  });

  it('is uploaded by the next app when this one ended before it was', async () => {
    const h = await entered();
    show(h, 'a');
    const again = new ClientHarness(h.store);
    await again.enter();
    expect(again.outgoing).toEqual(['uploading a']);
    again.uploads.current.end(uploaded('a'));
    await flush();
    expect(sent(again)).toEqual(['a']);
  });
});

describe('without a network', () => {
  it('tries again after a pause, and then longer ones', async () => {
    const h = await entered();
    show(h, 'a');
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(h.uploads.all).toHaveLength(attempt);
      h.uploads.current.end({ ok: false });
      await flush();
      expect(h.outgoing).toEqual(['waiting a']);
      await h.clock.advance(1_000 * 2 ** attempt);
    }
    expect(h.uploads.all).toHaveLength(6);
  });

  it('waits for it to come back, and then tries at once', async () => {
    const h = await entered();
    h.network.change('none');
    show(h, 'a');
    await h.clock.advance(1_000);
    expect(h.uploads.all).toEqual([]);
    h.network.change('4g');
    expect(h.uploads.open).toHaveLength(1);
    h.uploads.current.end({ ok: false });
    await flush();
    expect(h.uploads.open).toEqual([]);
    h.network.change('wifi');
    expect(h.uploads.open).toHaveLength(1);
  });

  it('tries at once when the app is in front again', async () => {
    const h = await entered();
    show(h, 'a');
    h.uploads.current.end({ ok: false });
    await flush();
    h.lifecycle.hide();
    expect(h.uploads.open).toEqual([]);
    h.lifecycle.show();
    expect(h.uploads.open).toHaveLength(1);
  });
});

describe('a refused upload', () => {
  it.each(['too_large', 'forbidden'] as const)('fails for good: %s', async (code) => {
    const h = await entered();
    show(h, 'a');
    show(h, 'b');
    h.uploads.current.end(refused(code));
    await flush();
    expect(h.client.outgoing[0]).toMatchObject({ state: 'failed', refusal: { code } });
    expect(h.uploads.current.file).toBe('b');
  });

  it('is tried again where that helps, but not for ever', async () => {
    const h = await entered();
    show(h, 'a');
    h.uploads.current.end(refused('rate_limited'));
    await h.clock.advance(1_000);
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(h.outgoing).toEqual(['uploading a']);
      h.uploads.current.end(refused('server_error'));
      await h.clock.advance(60_000);
    }
    expect(h.outgoing).toEqual(['failed a']);
    expect(h.uploads.open).toEqual([]);
  });

  it('is tried again when its author says so, and stays failed when the file is gone', async () => {
    const h = await entered();
    show(h, 'a');
    h.uploads.current.end({ ok: false, gone: true });
    await flush();
    const [item] = h.client.outgoing;
    expect(item).toMatchObject({ state: 'failed', refusal: { code: 'not_found' } });
    h.client.resend(item?.id ?? '');
    expect(h.outgoing).toEqual(['uploading a']);
    h.uploads.current.end(uploaded('a'));
    await flush();
    expect(sent(h)).toEqual(['a']);
  });

  it('says that a file without a path is gone', async () => {
    const h = await entered();
    h.client.send({ content: PICTURE });
    await flush();
    expect(h.client.outgoing[0]).toMatchObject({ state: 'failed', refusal: { code: 'not_found' } });
    expect(h.uploads.all).toEqual([]);
  });
});

describe('an address that the server does not know', () => {
  const refuse = async (h: ClientHarness) => {
    h.socket.say(reject('not_found', { id: h.socket.framesOf('send').at(-1)?.id ?? '' }));
    await flush();
  };

  it('leads to one more upload, and then to a failure', async () => {
    const h = await entered();
    show(h, 'a');
    h.uploads.current.end(uploaded('a1'));
    await flush();
    await refuse(h);
    expect(h.outgoing).toEqual(['uploading a']);
    h.uploads.current.end(uploaded('a2'));
    await h.clock.advance(1_000);
    expect(sent(h)).toEqual(['a1', 'a2']);
    await refuse(h);
    expect(h.outgoing).toEqual(['failed a']);
    expect(h.uploads.all).toHaveLength(2);
  });

  it('is a failure at once for words', async () => {
    const h = await entered();
    h.say('words');
    await refuse(h);
    expect(h.outgoing).toEqual(['failed words']);
  });
});

describe('giving up', () => {
  it('ends the upload of what is discarded, and goes on with the next', async () => {
    const h = await entered();
    show(h, 'a');
    show(h, 'b');
    const first = h.uploads.current;
    h.client.discard(h.client.outgoing[0]?.id ?? '');
    expect(first.isOver).toBe(true);
    expect(h.uploads.current.file).toBe('b');
    first.end(uploaded('a'));
    await flush();
    expect(h.outgoing).toEqual(['uploading b']);
  });

  it('ends all of it when the room is left, and goes on when it is entered again', async () => {
    const h = await entered();
    show(h, 'a');
    const first = h.uploads.current;
    h.client.close();
    expect(first.isOver).toBe(true);
    expect([h.network.count, h.lifecycle.count, h.clock.running]).toEqual([0, 0, 0]);
    expect(h.outgoing).toEqual(['waiting a']);
    await h.enter({ resume: 'recovered' });
    expect(h.uploads.current.file).toBe('a');
  });
});

describe('the files on the phone', () => {
  const arrive = async (h: ClientHarness, name: string) => {
    h.uploads.current.end(uploaded(name));
    await flush();
    const frame = h.socket.framesOf('send').at(-1);
    if (!frame) throw new Error('nothing was sent');
    h.socket.say(events(0, [message(1, frame.content, { id: frame.id, from: user('u1') })]));
    await flush();
  };

  it('stand for what was uploaded, until the room is left; then they are dropped', async () => {
    const h = await entered();
    show(h, 'a');
    await arrive(h, 'a');
    expect(h.client.outgoing).toEqual([]);
    expect(h.client.fileOf(url('a'))).toBe('a');
    expect(h.uploads.dropped).toEqual([]);
    show(h, 'b');
    h.client.close();
    expect(h.uploads.dropped).toEqual(['a']);
    expect(h.client.fileOf(url('a'))).toBeUndefined();
  });

  it('are dropped by the next app when this one was killed', async () => {
    const h = await entered();
    show(h, 'a');
    await arrive(h, 'a');
    show(h, 'b');
    const again = new ClientHarness(h.store);
    again.client.open();
    expect(again.uploads.dropped).toEqual(['a']);
    const third = new ClientHarness(h.store);
    third.client.open();
    expect(third.uploads.dropped).toEqual([]);
  });
});
