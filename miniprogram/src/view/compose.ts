/** What becomes of a text before it is sent. */
import {
  MAX_MENTIONS,
  MAX_NAME_LENGTH,
  MAX_ROOM_NAME_LENGTH,
  MAX_TEXT_LENGTH,
} from '../../../shared/limits.ts';
import { codePoints, isBlank } from '../../../shared/text.ts';
import { EMPTY_TEXT, TOO_LONG_TEXT } from './words.ts';

/** Why a text can't be sent, as people are told; `undefined` when it can. */
export function textProblem(text: string): string | undefined {
  if (isBlank(text)) return EMPTY_TEXT;
  return codePoints(text) > MAX_TEXT_LENGTH ? TOO_LONG_TEXT : undefined;
}

/** A text as it can travel: half a character, which some keyboards leave behind, can't. */
export function sendable(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '').trim();
}

/** Who of those that were picked is still mentioned in the text, by the name they were picked under. */
export function mentionsIn(text: string, picked: ReadonlyMap<string, string>): string[] {
  const names = [...picked.values()].sort((a, b) => b.length - a.length);
  const found = new Set<string>();
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    // The longest: who writes to 小明明 doesn't write to 小明.
    const name = names.find((each) => text.startsWith(each, at + 1));
    if (name !== undefined) found.add(name);
  }
  const ids = [...picked].filter(([, name]) => found.has(name)).map(([id]) => id);
  return ids.slice(0, MAX_MENTIONS);
}

/** Why a room can't have this name, as people are told; `undefined` when it can. */
export function roomNameProblem(name: string): string | undefined {
  if (name === '') return '请输入房间号';
  if (codePoints(name) > MAX_ROOM_NAME_LENGTH) return `房间号最多 ${MAX_ROOM_NAME_LENGTH} 个字`;
  const isPlain = /^[\p{L}\p{M}\p{N}_-]+$/u.test(name);
  return isPlain ? undefined : '房间号只能用文字、数字、_ 和 -';
}

/** Why somebody can't be called this, as they are told; `undefined` when they can. */
export function nameProblem(name: string): string | undefined {
  if (isBlank(name)) return '昵称不能为空';
  return codePoints(name) > MAX_NAME_LENGTH ? `昵称最多 ${MAX_NAME_LENGTH} 个字` : undefined;
}
