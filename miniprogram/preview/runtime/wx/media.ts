/** Pictures: choosing, looking at and shrinking them. Temporary files are blob: URLs. */
import type { Device } from '../device.ts';
import { make } from '../dom.ts';
import { asyncApis } from './async.ts';

type ChooseOptions = Pick<WechatMiniprogram.ChooseMediaOption, 'count'>;
type PreviewOptions = WechatMiniprogram.PreviewImageOption;
type CompressOptions = WechatMiniprogram.CompressImageOption;

const DEFAULT_COUNT = 9;
const DEFAULT_QUALITY = 80;

interface Chosen {
  readonly tempFilePath: string;
  readonly size: number;
}

/** Lets the user choose pictures. Rejects with "cancel" when they don't. */
export function pickImages(count: number): Promise<Chosen[]> {
  return new Promise((resolve, reject) => {
    const input = make('input');
    input.type = 'file';
    input.accept = 'image/*';
    input.multiple = count > 1;
    input.hidden = true;
    input.addEventListener('cancel', () => {
      input.remove();
      reject(new Error('cancel'));
    });
    input.addEventListener('change', () => {
      input.remove();
      const files = [...(input.files ?? [])].slice(0, count);
      resolve(files.map((file) => ({ tempFilePath: URL.createObjectURL(file), size: file.size })));
    });
    // Some browsers forget a picker that is not in the document.
    document.body.append(input);
    input.click();
  });
}

function load(src: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.crossOrigin = 'anonymous';
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(`image not found: ${src}`));
    image.src = src;
  });
}

async function compress(options: CompressOptions): Promise<object> {
  const image = await load(options.src);
  const { naturalWidth, naturalHeight } = image;
  const width = options.compressedWidth ?? naturalWidth;
  const height = options.compressedHeight ?? Math.round((naturalHeight * width) / naturalWidth);
  const canvas = make('canvas');
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.drawImage(image, 0, 0, width, height);
  const quality = (options.quality ?? DEFAULT_QUALITY) / 100;
  const blob = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, 'image/jpeg', quality);
  });
  if (!blob) throw new Error('image can not be compressed');
  return { tempFilePath: URL.createObjectURL(blob) };
}

async function dataUrl(path: string): Promise<string> {
  const blob = await (await fetch(path)).blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error('file can not be read'));
    reader.readAsDataURL(blob);
  });
}

export function mediaApi(device: Device, layer: () => HTMLElement) {
  const api = asyncApis(device);

  async function chooseMedia({ count = DEFAULT_COUNT }: ChooseOptions) {
    const chosen = await pickImages(count);
    const tempFiles = await Promise.all(
      chosen.map(async (file) => {
        const { naturalWidth: width, naturalHeight: height } = await load(file.tempFilePath);
        return { ...file, width, height, fileType: 'image', duration: 0, thumbTempFilePath: '' };
      }),
    );
    return { tempFiles, type: 'image' };
  }

  function previewImage({ current, urls }: PreviewOptions): undefined {
    const image = new Image();
    image.src = current ?? urls[0] ?? '';
    image.alt = '图片';
    const viewer = make('div', 'mp-image-viewer', image);
    viewer.setAttribute('role', 'dialog');
    viewer.addEventListener('click', () => viewer.remove());
    layer().append(viewer);
    return undefined;
  }

  return {
    chooseMedia: api('chooseMedia', chooseMedia),
    chooseImage: api('chooseImage', async ({ count = DEFAULT_COUNT }: ChooseOptions) => {
      const tempFiles = (await pickImages(count)).map(({ tempFilePath, size }) => ({
        path: tempFilePath,
        size,
      }));
      return { tempFiles, tempFilePaths: tempFiles.map(({ path }) => path) };
    }),
    getImageInfo: api('getImageInfo', async ({ src }: WechatMiniprogram.GetImageInfoOption) => {
      const { naturalWidth: width, naturalHeight: height } = await load(src);
      return { width, height, path: src, orientation: 'up', type: 'unknown' };
    }),
    previewImage: api('previewImage', previewImage),
    compressImage: api('compressImage', compress),
    /** Saved files are data: URLs; saved synchronously, a file lives until the restart. */
    getFileSystemManager: () => ({
      saveFile: api('saveFile', async ({ tempFilePath }: { tempFilePath: string }) => ({
        savedFilePath: await dataUrl(tempFilePath),
      })),
      saveFileSync: (tempFilePath: string) => tempFilePath,
    }),
  };
}
