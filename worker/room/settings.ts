import type { RoomSettings } from './ports.ts';

/** What an operator wants to be different. */
export type SettingsChange = Partial<Omit<RoomSettings, 'check' | 'onCheckFailure'>> & {
  readonly check?: RoomSettings['check'] | '';
  readonly onCheckFailure?: RoomSettings['onCheckFailure'] | '';
};

/** The settings with `change`: what is left out stays, what is empty or 0 goes. */
export function changeSettings(settings: RoomSettings, change: SettingsChange): RoomSettings {
  const { title, owner, hosts, slowMode, check, onCheckFailure, blockedWords } = {
    ...settings,
    ...change,
  };
  return {
    hosts,
    ...(title && { title }),
    ...(owner && { owner }),
    ...(slowMode && { slowMode }),
    ...(check && { check }),
    ...(onCheckFailure && { onCheckFailure }),
    ...(blockedWords && blockedWords.length > 0 && { blockedWords }),
  };
}

/** What everybody is told of them. */
export function shownSettings({
  title,
  slowMode,
}: RoomSettings): Pick<RoomSettings, 'title' | 'slowMode'> {
  return { ...(title !== undefined && { title }), ...(slowMode !== undefined && { slowMode }) };
}
