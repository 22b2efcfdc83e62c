/** Stands in for `src/settings.ts` in the browser: the server is the one that the page came from. */
export const settings = { endpoint: '' };
