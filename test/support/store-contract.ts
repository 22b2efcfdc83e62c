/** What everything that a room keeps besides its events must do, whatever it is kept in. */
import { describe, expect, it } from 'vitest';
import type { MediaContent } from '../../shared/protocol.ts';
import type {
  AddressBook,
  AnnouncementStore,
  Atomically,
  Flag,
  MediaShelf,
  PlannedAnnouncement,
  RoomSettings,
  SanctionStore,
  Sanctions,
  SettingsStore,
} from '../../worker/room/ports.ts';
import type { CheckMarkStore, OpenIdBook } from '../../worker/room/published-check.ts';

/** All of them, on one storage. */
export interface Stores {
  readonly addresses: AddressBook;
  readonly settings: SettingsStore;
  readonly sanctions: SanctionStore;
  readonly announcements: AnnouncementStore;
  readonly flag: Flag;
  readonly media: MediaShelf;
  readonly openIds: OpenIdBook;
  readonly mark: CheckMarkStore;
  readonly atomically: Atomically;
  /** Uploads a picture for this user. */
  upload(userId: string): MediaContent;
}

const FULL_SETTINGS: RoomSettings = {
  title: '大厅 "1" 😀',
  owner: 'ann',
  hosts: ['ben', 'cem'],
  slowMode: 30,
  check: 'off',
  onCheckFailure: 'hold',
  blockedWords: ["'); DROP TABLE meta", '坏'],
};

const PLANNED: PlannedAnnouncement = {
  id: 'a1',
  text: '第一\n"quoted" 😀',
  at: 1_800_000_000_000,
  every: 60,
  author: { id: 'ann', name: '小安', avatar: 'https://chat.example/a.png', group: 'red' },
};

/**
 * Runs the suite. `use` hands fresh, empty stores to its callback; `reopen` gives what another
 * instance on the same storage would be.
 */
export function testStores(
  use: (test: (stores: Stores, reopen: () => Stores) => void) => Promise<void>,
): void {
  const withStores = (test: (stores: Stores, reopen: () => Stores) => void) => () => use(test);
  /** What is written is so for who wrote it, and for who comes after a sleep. */
  const both = (stores: Stores, reopen: () => Stores, check: (stores: Stores) => void) => {
    check(stores);
    check(reopen());
  };

  describe('an address book', () => {
    it(
      'knows who was added, once or twice, and nobody who looks like them',
      withStores((stores, reopen) => {
        expect(stores.addresses.has('user:ann')).toBe(false);
        stores.addresses.add('user:ann');
        stores.addresses.add('user:ann');
        stores.addresses.add("user:o'neill 😀");
        stores.addresses.add('group:red');
        both(stores, reopen, ({ addresses }) => {
          expect(addresses.has('user:ann')).toBe(true);
          expect(addresses.has("user:o'neill 😀")).toBe(true);
          expect(addresses.has('group:red')).toBe(true);
          for (const stranger of ['user:Ann', 'user:an', 'user:', 'user:red', 'user:ann '] as const)
            expect(addresses.has(stranger), stranger).toBe(false);
          expect(addresses.has('group:ann')).toBe(false);
        });
      }),
    );
  });

  describe('settings', () => {
    it(
      'are none at first, and then what was written last, with nothing of what was before',
      withStores((stores, reopen) => {
        both(stores, reopen, ({ settings }) => expect(settings.read()).toEqual({ hosts: [] }));
        for (const each of [FULL_SETTINGS, { hosts: ['dee'] }, { hosts: [] }]) {
          stores.settings.write(each);
          both(stores, reopen, ({ settings }) => expect(settings.read()).toStrictEqual(each));
        }
      }),
    );
  });

  describe('sanctions', () => {
    const known = ({ sanctions }: Stores) => new Map(sanctions.read());

    it(
      'are those of each user as they were written last, to the millisecond',
      withStores((stores, reopen) => {
        both(stores, reopen, (each) => expect(known(each)).toEqual(new Map()));
        const written: [string, Sanctions][] = [
          ['ann', { mutedUntil: 1_800_000_000_001 }],
          ['ben', { bannedUntil: Number.MAX_SAFE_INTEGER }],
          ['cem', { mutedUntil: 1, bannedUntil: 2 }],
        ];
        for (const [user, sanctions] of written) stores.sanctions.write(user, sanctions);
        both(stores, reopen, (each) => expect(known(each)).toStrictEqual(new Map(written)));
        stores.sanctions.write('cem', { bannedUntil: 3 });
        both(stores, reopen, (each) => {
          expect(known(each).get('cem')).toStrictEqual({ bannedUntil: 3 });
        });
      }),
    );

    it(
      'of somebody who has none are not kept',
      withStores((stores, reopen) => {
        stores.sanctions.write('ann', { mutedUntil: 5 });
        stores.sanctions.write('ann', {});
        stores.sanctions.write('ben', {});
        both(stores, reopen, (each) => expect(known(each).size).toBe(0));
      }),
    );
  });

  describe('announcements', () => {
    const known = ({ announcements }: Stores) =>
      [...announcements.read()].sort((one, other) => (one.id < other.id ? -1 : 1));

    it(
      'are kept whole, each under its id, until they are removed',
      withStores((stores, reopen) => {
        both(stores, reopen, (each) => expect(known(each)).toEqual([]));
        const once = { id: 'a2', text: 'once', at: 1 };
        stores.announcements.write(PLANNED);
        stores.announcements.write(once);
        both(stores, reopen, (each) => expect(known(each)).toStrictEqual([PLANNED, once]));
        const later = { id: 'a1', text: 'later', at: 2 };
        stores.announcements.write(later);
        both(stores, reopen, (each) => expect(known(each)).toStrictEqual([later, once]));
        stores.announcements.remove('a1');
        stores.announcements.remove('a3');
        both(stores, reopen, (each) => expect(known(each)).toStrictEqual([once]));
      }),
    );
  });

  describe('a flag', () => {
    it(
      'says no until yes is written, and then what was written last',
      withStores((stores, reopen) => {
        both(stores, reopen, ({ flag }) => expect(flag.read()).toBe(false));
        for (const value of [true, true, false, true]) {
          stores.flag.write(value);
          both(stores, reopen, ({ flag }) => expect(flag.read()).toBe(value));
        }
      }),
    );
  });

  describe('a shelf of media', () => {
    it(
      'describes what was uploaded to who uploaded it, until it is withdrawn',
      withStores((stores, reopen) => {
        const [kept, withdrawn] = [stores.upload('ann'), stores.upload('ann')];
        stores.media.withdraw(withdrawn.url);
        stores.media.withdraw(withdrawn.url);
        both(stores, reopen, ({ media }) => {
          expect(media.describe(kept.url, 'ann')).toEqual(kept);
          expect(media.describe(kept.url, 'ben')).toBeUndefined();
          expect(media.describe(`${kept.url}x`, 'ann')).toBeUndefined();
          expect(media.describe(withdrawn.url, 'ann')).toBeUndefined();
        });
      }),
    );
  });

  describe('what checks keep', () => {
    it(
      'is the first openid of each user',
      withStores((stores, reopen) => {
        both(stores, reopen, ({ openIds }) => expect(openIds.get('ann')).toBeUndefined());
        stores.openIds.add('ann', 'sealed 1');
        stores.openIds.add('ann', 'sealed 2');
        stores.openIds.add('ben', 'sealed 3');
        both(stores, reopen, ({ openIds }) => {
          expect(openIds.get('ann')).toBe('sealed 1');
          expect(openIds.get('ben')).toBe('sealed 3');
        });
      }),
    );

    it(
      'is the mark that was written last, or none',
      withStores((stores, reopen) => {
        for (const value of [undefined, { seq: 1, at: 2 }, { seq: 3, at: 4 }, undefined]) {
          stores.mark.write(value);
          both(stores, reopen, ({ mark }) => expect(mark.read()).toEqual(value));
        }
      }),
    );
  });

  describe('what is written as one', () => {
    it(
      '[R2] is kept, or all of it taken back when it fails half-way',
      withStores((stores, reopen) => {
        const write = (name: string) => {
          stores.settings.write({ hosts: [name] });
          stores.sanctions.write(name, { mutedUntil: 1 });
          stores.announcements.write({ id: name, text: name, at: 1 });
          stores.media.withdraw(uploads[name]?.url ?? '');
        };
        const uploads: Record<string, MediaContent> = {
          ann: stores.upload('ann'),
          ben: stores.upload('ben'),
        };
        expect(stores.atomically(() => [write('ann'), 'done'].at(-1))).toBe('done');
        const fault = new Error('the disk is full');
        const work = () => {
          write('ben');
          stores.sanctions.write('ann', {});
          stores.announcements.remove('ann');
          throw fault;
        };
        expect(() => stores.atomically(work)).toThrow(fault);
        both(stores, reopen, ({ settings, sanctions, announcements, media }) => {
          expect(settings.read()).toEqual({ hosts: ['ann'] });
          expect([...sanctions.read()]).toEqual([['ann', { mutedUntil: 1 }]]);
          expect([...announcements.read()].map(({ id }) => id)).toEqual(['ann']);
          expect(media.describe(uploads.ann?.url ?? '', 'ann')).toBeUndefined();
          expect(media.describe(uploads.ben?.url ?? '', 'ben')).toEqual(uploads.ben);
        });
      }),
    );
  });
}
