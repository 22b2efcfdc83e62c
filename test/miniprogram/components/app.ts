/** The built mini-program, of which each test mounts one component. */
import { afterEach, expect, inject } from 'vitest';
import { loadApp, type Mounted } from '../../../miniprogram/preview/testing/mount.ts';
import type { Row } from '../../../miniprogram/src/view/rows.ts';
import { rowOf } from '../../../miniprogram/src/view/rows.ts';
import type { ChatEvent } from '../../../shared/protocol.ts';
import { ViewedRoom } from '../view/room.ts';

export const app = loadApp(inject('builtApp'));

const mounted: Mounted[] = [];

/** Mounts `components/<name>` for the length of a test. */
export function mount(name: string, properties: Readonly<Record<string, unknown>> = {}): Mounted {
  const component = app.mount(`components/${name}/index`, properties);
  mounted.push(component);
  return component;
}

afterEach(() => {
  for (const component of mounted.splice(0)) component.unmount();
  expect(app.problems).toEqual([]);
});

/** The toast that is on the screen, if there is one; it goes away with this. */
export async function toast(): Promise<string | undefined> {
  await app.settled();
  const found = app.running.screen.layer.querySelector('.mp-toast');
  const text = found?.textContent ?? undefined;
  found?.remove();
  return text;
}

/** The row of the first of these events, when all of them are known. */
export function row(event: ChatEvent, ...later: readonly ChatEvent[]): Row {
  const room = new ViewedRoom();
  room.begin(event.seq - 1);
  room.append(event, ...later);
  return rowOf(room.entry(event.seq), room.context(event.at));
}

/** What people type, and markup isn't. */
export const MARKUP = ['<b>粗</b>', '{{row.name}}', '&nbsp;&lt;', '<script>alert(1)</script>'];
