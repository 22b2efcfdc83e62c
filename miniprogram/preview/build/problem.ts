/** The mini-program can't be previewed: says where and why. */
export class PreviewError extends Error {
  override name = 'PreviewError';
}
