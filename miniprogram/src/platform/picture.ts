/**
 * Keeps a picture that WeChat handed out for a moment; gives its lasting path. One that can't be kept is
 * given back as it is: it is there until the app ends.
 */
export function keepPicture(path: string): Promise<string> {
  return new Promise((resolve) => {
    wx.getFileSystemManager().saveFile({
      tempFilePath: path,
      success: ({ savedFilePath }) => resolve(savedFilePath),
      fail: () => resolve(path),
    });
  });
}
