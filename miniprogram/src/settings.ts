/**
 * The one setting of the mini-program. For production, `endpoint` is your own domain with `https://`;
 * the address of the sockets follows from it. The browser preview puts a module of its own here.
 */
export const settings = {
  /** Where the Worker answers, without a slash at the end. */
  endpoint: 'http://localhost:8787',
};
