/** What the person who builds has to mend; its message is a sentence for them, without a stack. */
export class BuildError extends Error {
  override name = 'BuildError';
}
