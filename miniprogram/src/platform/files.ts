/** Files of this phone: kept, sent to the server, and dropped. */
import type { FileSender } from '../chat/uploads.ts';

/** Ten megabytes over a poor network. */
const TIMEOUT_MS = 120_000;

/**
 * Keeps a file that WeChat handed out for a moment; gives its lasting path. One that can't be kept is
 * given back as it is: it is there until the app ends.
 */
export function keepFile(path: string): Promise<string> {
  return new Promise((resolve) => {
    wx.getFileSystemManager().saveFile({
      tempFilePath: path,
      success: ({ savedFilePath }) => resolve(savedFilePath),
      fail: () => resolve(path),
    });
  });
}

function isThere(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    wx.getFileSystemManager().access({
      path,
      success: () => resolve(true),
      fail: () => resolve(false),
    });
  });
}

/** WeChat gives the answer to an upload as text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends files to the server at `endpoint`. */
export const filesTo = (endpoint: string): FileSender => ({
  send({ file, token, form, onProgress }) {
    let task: WechatMiniprogram.UploadTask | undefined;
    const answer = new Promise<Awaited<ReturnType<FileSender['send']>['answer']>>(
      (resolve, reject) => {
        task = wx.uploadFile({
          url: `${endpoint}/api/media`,
          filePath: file,
          name: 'file',
          formData: form,
          header: { Authorization: `Bearer ${token}` },
          timeout: TIMEOUT_MS,
          success: ({ statusCode, data }) => resolve({ status: statusCode, body: parsed(data) }),
          fail: async ({ errMsg }) => {
            // What it says of a missing file differs from phone to phone.
            if (await isThere(file)) reject(new Error(errMsg));
            else resolve('gone');
          },
        });
        task.onProgressUpdate(({ progress }) => onProgress(progress / 100));
      },
    );
    return { answer, cancel: () => task?.abort() };
  },
  drop(filePath) {
    // One that WeChat handed out for a moment can't be removed, and need not be.
    wx.getFileSystemManager().removeSavedFile({ filePath, fail: () => {} });
  },
});
