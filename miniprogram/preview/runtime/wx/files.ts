/** Files that an app keeps. */
import type { Device } from '../device.ts';
import { files } from '../files.ts';
import { reportingMissing } from '../report.ts';
import { asyncApis } from './async.ts';

export function filesApi(device: Device) {
  const api = asyncApis(device);
  const manager = reportingMissing('FileSystemManager', {
    saveFile: api('saveFile', async ({ tempFilePath }: { tempFilePath: string }) => ({
      savedFilePath: await files.save(tempFilePath),
    })),
    removeSavedFile: api('removeSavedFile', async ({ filePath }: { filePath: string }) => {
      await files.remove(filePath);
      return undefined;
    }),
    access: api('access', async ({ path }: { path: string }) => {
      await files.read(path);
      return undefined;
    }),
  });
  return { getFileSystemManager: () => manager };
}
