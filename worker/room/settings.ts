import type { RoomSettings } from './ports.ts';

/** The settings with `change`: what is left out stays, what is empty or 0 goes. */
export function changeSettings(
  settings: RoomSettings,
  change: Partial<RoomSettings>,
): RoomSettings {
  const { title, owner, hosts, slowMode } = { ...settings, ...change };
  return {
    hosts,
    ...(title && { title }),
    ...(owner && { owner }),
    ...(slowMode && { slowMode }),
  };
}

/** What everybody is told of them. */
export function shownSettings({
  title,
  slowMode,
}: RoomSettings): Pick<RoomSettings, 'title' | 'slowMode'> {
  return { ...(title !== undefined && { title }), ...(slowMode !== undefined && { slowMode }) };
}
