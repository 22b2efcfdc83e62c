const TIMEOUT_MS = 10_000;

/** A code of `wx.login`, which the server changes into a user; rejects without a network. */
export function loginCode(): Promise<string> {
  return new Promise((resolve, reject) => {
    wx.login({
      timeout: TIMEOUT_MS,
      success: ({ code }) => resolve(code),
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    });
  });
}
