/**
 * Stands in for `src/settings.ts` in the browser: the server is the one that the page came from, and lets
 * people in by name, as nothing here can log in with WeChat. The app's scripts see no `location`.
 */
export const settings = { endpoint: globalThis.location.origin, letsGuestsIn: true };
