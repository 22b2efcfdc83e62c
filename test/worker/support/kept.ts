/** What a room keeps, to see that nothing was left behind. */
import { runInDurableObject } from 'cloudflare:test';
import { stubOf } from './client.ts';

export interface Kept {
  /** The seqs of its events. */
  readonly seqs: readonly number[];
  /** Its events as they are stored. */
  readonly events: readonly unknown[];
  /** Its settings, who is muted or banned, what it announces, and so on. */
  readonly tables: readonly unknown[];
}

/** All that a room keeps, but for who has been there: each newcomer adds to that. */
export function kept(room: string): Promise<Kept> {
  return runInDurableObject(stubOf(room), (_, { storage }) => {
    const read = (query: string) => storage.sql.exec(query).toArray();
    const events = read('SELECT * FROM events ORDER BY first');
    const lines = events.flatMap((row) => String(row.lines).split('\n'));
    return {
      seqs: lines.map((line): { seq: number } => JSON.parse(line)).map(({ seq }) => seq),
      events,
      tables: [
        // How far the checks of what is published have come is their own business.
        read("SELECT * FROM meta WHERE key <> 'check_mark'"),
        read('SELECT * FROM moderation'),
        read('SELECT * FROM announcements'),
        read('SELECT * FROM withdrawn_media'),
        read('SELECT name FROM sqlite_master'),
      ],
    };
  });
}
