/** The SQLite file that `wrangler dev` keeps of a room, while no server has it open. */
import { randomUUID } from 'node:crypto';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeEvent } from '../../shared/codec.ts';
import { NodeClient } from './node-client.ts';
import type { Server } from './server.ts';

/** The file, below the folder of `--persist-to`, of the room that holds the text `marker`. */
export function openRoomFile(stateFolder: string, marker: string): DatabaseSync {
  for (const file of globSync(join(stateFolder, 'v3/do/*ChatRoom*/*.sqlite'))) {
    const db = new DatabaseSync(file);
    const isRoom = db
      .prepare(`SELECT count(*) AS n FROM sqlite_master WHERE name = 'events'`)
      .get()?.n;
    if (isRoom && db.prepare('SELECT 1 FROM events WHERE lines LIKE ?').get(`%${marker}%`)) {
      return db;
    }
    db.close();
  }
  throw new Error(`no room holds ${marker}`);
}

/** Makes rooms of these names, each with one event: the text by which its file is found. */
export async function makeRooms<Room extends string>(
  server: Server,
  rooms: readonly Room[],
): Promise<Map<Room, string>> {
  const markers = new Map<Room, string>();
  for (const room of rooms) {
    const marker = randomUUID();
    const writer = await NodeClient.join(server.ws({ room, name: 'filler' }));
    await writer.say(marker);
    markers.set(room, marker);
  }
  return markers;
}

/** Writes events 2 to `events`, a row each, into the room whose first event is the text `marker`. */
export function fillRoom(stateFolder: string, marker: string, events: number): void {
  const db = openRoomFile(stateFolder, marker);
  const insert = db.prepare('INSERT INTO events (first, last, at, lines) VALUES (?, ?, ?, ?)');
  db.exec('BEGIN');
  for (let seq = 2; seq <= events; seq++) {
    const line = encodeEvent({
      kind: 'message',
      seq,
      at: Date.now(),
      id: String(seq).padStart(8, '0'),
      from: { id: 'guest:filler', name: 'filler', role: 'member' },
      content: { type: 'text', text: '这是一条普通长度的聊天消息，给基准测试用。' },
    });
    insert.run(seq, seq, Date.now(), line);
  }
  db.exec('COMMIT');
  db.close();
}
