import { FakeSafety } from '../../support/fake-safety.ts';
import { testPeer } from '../../support/peer-contract.ts';
import { FakePeer, RoomHarness } from '../../support/room-harness.ts';
import { testStores } from '../../support/store-contract.ts';

testStores(async (test) => {
  const h = new RoomHarness();
  const { openIds, mark } = new FakeSafety();
  let uploads = 0;
  const stores = {
    addresses: h.addresses,
    settings: h.settings,
    sanctions: h.sanctions,
    announcements: h.announcementStore,
    flag: h.someLackRoster,
    media: h.media,
    openIds,
    mark,
    atomically: <Result>(work: () => Result) => h.atomically(work),
    upload: (userId: string) => {
      const url = `/media/picture-number-${++uploads}`;
      return h.media.put(userId, { type: 'image', url, width: 1, height: 2, size: 3 });
    },
  };
  test(stores, () => stores);
});

testPeer(async (test) => {
  await test((session) => {
    const peer = new FakePeer(session);
    return {
      peer,
      heard: async () => peer.inbox.other,
      ended: async () => peer.closed,
      vanish: () => peer.close(1006, ''),
    };
  });
});
