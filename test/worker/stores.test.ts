import { runInDurableObject } from 'cloudflare:test';
import { MediaKeys, urlOfKey } from '../../worker/media/media-key.ts';
import { migrate } from '../../worker/migrations.ts';
import { RoomMedia } from '../../worker/room-media.ts';
import {
  SqlAddressBook,
  SqlAnnouncementStore,
  SqlCheckMark,
  SqlFlag,
  SqlOpenIdBook,
  SqlSanctionStore,
  SqlSettingsStore,
} from '../../worker/room-records.ts';
import { SocketPeer } from '../../worker/socket-peer.ts';
import { testPeer } from '../support/peer-contract.ts';
import { TEST_SECRETS } from '../support/secrets.ts';
import { testStores } from '../support/store-contract.ts';
import { until } from '../support/test-client.ts';
import { newRoom, stubOf } from './support/client.ts';

const ROOM = 'lobby';
const PICTURE = {
  facts: { type: 'image', format: 'png', width: 2, height: 3 },
  size: 4,
} as const;

testStores(async (test) => {
  const keys = new MediaKeys([TEST_SECRETS.SESSION_SECRET]);
  await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
    migrate(storage);
    const { sql } = storage;
    const open = () => ({
      addresses: new SqlAddressBook(sql),
      settings: new SqlSettingsStore(sql),
      sanctions: new SqlSanctionStore(sql),
      announcements: new SqlAnnouncementStore(sql),
      flag: new SqlFlag(sql, 'some_lack_roster'),
      media: new RoomMedia({ sql, room: ROOM, keys, discard: () => {} }),
      openIds: new SqlOpenIdBook(sql),
      mark: new SqlCheckMark(sql),
      atomically: <Result>(work: () => Result) => storage.transactionSync(work),
      upload: (user: string) => {
        const url = urlOfKey(keys.make(PICTURE, { user, room: ROOM }));
        return { type: 'image' as const, url, width: 2, height: 3, size: 4 };
      },
    });
    test(open(), open);
  });
});

testPeer(async (test) => {
  await runInDurableObject(stubOf(newRoom()), async (_, ctx) => {
    await test((session) => {
      const { 0: client, 1: server } = new WebSocketPair();
      ctx.acceptWebSocket(server);
      const heard: string[] = [];
      let ended: { code: number; reason: string } | undefined;
      client.addEventListener('message', ({ data }) => void heard.push(String(data)));
      client.addEventListener('close', ({ code, reason }) => {
        ended = { code, reason };
      });
      client.accept();
      const peer = SocketPeer.attach(server, session, Date.now());
      /** What was sent before the answer of the platform has arrived before it. */
      const settled = async () => {
        if (server.readyState !== WebSocket.OPEN) {
          return await until(() => ended, 'the end');
        }
        client.send('ping');
        await until(() => (heard.at(-1) === 'pong' ? true : undefined), 'an answer');
        heard.pop();
        return undefined;
      };
      return {
        peer,
        heard: async () => {
          await settled();
          return heard;
        },
        ended: settled,
        vanish: () => client.close(1000, 'bye'),
      };
    });
  });
});
