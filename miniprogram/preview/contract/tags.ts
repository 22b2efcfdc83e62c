/** The built-in tags of WeChat that the preview draws: those of glass-easel itself are not among them. */
export const BUILT_IN_TAGS: ReadonlySet<string> = new Set([
  'view',
  'text',
  'button',
  'form',
  'icon',
  'image',
  'input',
  'label',
  'navigator',
  'rich-text',
  'root-portal',
  'scroll-view',
  'switch',
  'textarea',
]);
