/** How somebody without a picture is shown: a letter on a colour that stays theirs. */
const COLORS = [
  '#5b8ff9',
  '#1aad19',
  '#f08c2e',
  '#e86452',
  '#9270ca',
  '#269a99',
  '#d6679b',
  '#6d7a8c',
];

export interface Face {
  /** Empty when there is only a letter. */
  readonly avatar: string;
  readonly initial: string;
  readonly color: string;
}

/** The face of a user; the colour depends on the id alone. */
export function faceOf({ id, name, avatar }: FaceSource): Face {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return {
    avatar: avatar ?? '',
    initial: initialOf(name),
    color: COLORS[hash % COLORS.length] ?? '#6d7a8c',
  };
}

/** A Chinese name is told from others by its end (小明, 小红), most others by their beginning. */
function initialOf(name: string): string {
  const letters = name.match(/[\p{L}\p{N}\p{Extended_Pictographic}]/gu) ?? [];
  const last = letters[letters.length - 1] ?? '?';
  return /\p{Script=Han}/u.test(last) ? last : (letters[0] ?? last).toUpperCase();
}

interface FaceSource {
  readonly id: string;
  readonly name: string;
  readonly avatar?: string | undefined;
}
