/** A piece of a text that is shown in its own way. */
export interface TextPart {
  readonly kind: 'text' | 'link' | 'mention';
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

/**
 * An address ends where Chinese goes on without a blank, and before what ends a sentence. A bracket
 * belongs to it only together with its other half.
 */
const LINK =
  /https?:\/\/(?:\([a-z0-9\-._~:/?#[\]@!$&'*+,;=%]*\)|[a-z0-9\-._~:/?#[\]@!$&'*+,;=%])*(?:\([a-z0-9\-._~:/?#[\]@!$&'*+,;=%]*\)|[a-z0-9\-_~/#@$&*+=%])/i;
const MENTION = /@[^\s@]{1,32}/u;
const EMOJI =
  /^(?:[0-9#*]\ufe0f?\u20e3|\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)*[\u{e0020}-\u{e007f}]*)/u;
/** More than this are read as text, and shown at its size. */
const MAX_BIG_EMOJI = 3;

/** Splits a text at its links and, where there are any, at those whom it mentions. */
export function textParts(text: string, hasMentions: boolean): readonly TextPart[] {
  const special = new RegExp(hasMentions ? `${LINK.source}|${MENTION.source}` : LINK.source, 'giu');
  const parts: TextPart[] = [];
  let end = 0;
  const add = (kind: TextPart['kind'], from: number, to: number) => {
    if (to > from) parts.push({ kind, text: text.slice(from, to), at: from });
  };
  for (let match = special.exec(text); match; match = special.exec(text)) {
    add('text', end, match.index);
    end = special.lastIndex;
    add(match[0].startsWith('@') ? 'mention' : 'link', match.index, end);
  }
  add('text', end, text.length);
  return parts;
}

/** Whether a text is one to three emoji and nothing else: shown large. */
export function isBigEmoji(text: string): boolean {
  let rest = text.trim();
  let count = 0;
  while (rest !== '' && count <= MAX_BIG_EMOJI) {
    const emoji = EMOJI.exec(rest)?.[0];
    if (!emoji) return false;
    rest = rest.slice(emoji.length).trimStart();
    count++;
  }
  return count > 0 && count <= MAX_BIG_EMOJI;
}
