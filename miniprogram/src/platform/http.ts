import type { Http } from '../chat/http.ts';

const TIMEOUT_MS = 10_000;

/** Requests to the server at `endpoint`. */
export const httpTo =
  (endpoint: string): Http =>
  ({ method, path, token, body }) =>
    new Promise((resolve, reject) => {
      wx.request({
        url: `${endpoint}${path}`,
        method,
        ...(body && { data: body }),
        ...(token && { header: { Authorization: `Bearer ${token}` } }),
        timeout: TIMEOUT_MS,
        success: ({ statusCode, data }) => resolve({ status: statusCode, body: data }),
        fail: ({ errMsg }) => reject(new Error(errMsg)),
      });
    });
