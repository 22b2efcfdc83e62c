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

/** What was found for a name: the same people speak again and again, and it takes a phone its time. */
const initials = new Map<string, string>();
const MAX_INITIALS = 500;

/** The face of a user; the colour depends on the id alone. */
export function faceOf({ id, name, avatar }: FaceSource): Face {
  return { avatar: avatar ?? '', initial: initialOf(name), color: colorOf(id) };
}

/** The face of a room. */
export function roomFaceOf(room: string, title: string): Omit<Face, 'avatar'> {
  return { initial: lettersOf(title)[0]?.toUpperCase() ?? '?', color: colorOf(room) };
}

function colorOf(id: string): string {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return COLORS[hash % COLORS.length] ?? '#6d7a8c';
}

function lettersOf(name: string): readonly string[] {
  return name.match(/[\p{L}\p{N}\p{Extended_Pictographic}]/gu) ?? [];
}

function initialOf(name: string): string {
  const known = initials.get(name);
  if (known !== undefined) return known;
  const initial = findInitial(name);
  if (initials.size >= MAX_INITIALS) initials.clear();
  initials.set(name, initial);
  return initial;
}

/** A Chinese name is told from others by its end (小明, 小红), most others by their beginning. */
function findInitial(name: string): string {
  const all = lettersOf(name);
  const words = all.filter((letter) => !/\p{Extended_Pictographic}/u.test(letter));
  const letters = words.length > 0 ? words : all;
  const last = letters[letters.length - 1] ?? '?';
  return /\p{Script=Han}/u.test(last) ? last : (letters[0] ?? last).toUpperCase();
}

interface FaceSource {
  readonly id: string;
  readonly name: string;
  readonly avatar?: string | undefined;
}
