const TAG = '(?:W/)?"[^"]*"';
const TAGS = new RegExp(`^(?:\\*|${TAG}(?:[ \\t]*,[ \\t]*${TAG})*)$`);

/** An `If-None-Match` header as it came; `undefined` for one that names no tags, which R2 throws at. */
export function parseTags(header: string | undefined): string | undefined {
  return header !== undefined && TAGS.test(header.trim()) ? header : undefined;
}
