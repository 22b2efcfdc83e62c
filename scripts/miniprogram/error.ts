/** What the person who builds has to mend; its message is a sentence for them, without a stack. */
export class BuildError extends Error {
  override name = 'BuildError';
}

/** What went wrong, for whoever runs a script: a sentence where it is the source, else where it was thrown. */
export function explain(error: unknown): string {
  if (error instanceof BuildError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
