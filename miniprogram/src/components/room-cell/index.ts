/** A room of the lobby: its name, what was said last and when, and how much of it is new. */
import type { RoomLine } from '../../view/lobby.ts';

Component({
  properties: { line: { type: Object, value: {} as RoomLine } },
});
