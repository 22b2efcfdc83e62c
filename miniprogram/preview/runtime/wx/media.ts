/** Pictures: choosing, looking at and shrinking them. Temporary files are blob: URLs. */
import type { Device } from '../device.ts';
import { make, makeButton } from '../dom.ts';
import { files } from '../files.ts';
import { asyncApis } from './async.ts';

type ChooseOptions = Pick<WechatMiniprogram.ChooseMediaOption, 'count' | 'sourceType'>;
type PreviewOptions = WechatMiniprogram.PreviewImageOption;
type CompressOptions = WechatMiniprogram.CompressImageOption;

const DEFAULT_COUNT = 9;
const DEFAULT_QUALITY = 80;

interface Chosen {
  readonly tempFilePath: string;
  readonly size: number;
}

/** Lets the user choose pictures, or take one. Rejects with "cancel" when they don't. */
export function pickImages(count: number, camera = false): Promise<Chosen[]> {
  return new Promise((resolve, reject) => {
    const input = make('input');
    input.type = 'file';
    input.accept = 'image/*';
    input.multiple = count > 1 && !camera;
    // A browser without a camera lets them choose a file.
    if (camera) input.capture = 'environment';
    input.hidden = true;
    input.addEventListener('cancel', () => {
      input.remove();
      reject(new Error('cancel'));
    });
    input.addEventListener('change', () => {
      input.remove();
      const chosen = [...(input.files ?? [])].slice(0, count);
      resolve(chosen.map((file) => ({ tempFilePath: URL.createObjectURL(file), size: file.size })));
    });
    // Some browsers forget a picker that is not in the document.
    document.body.append(input);
    input.click();
  });
}

function load(path: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.crossOrigin = 'anonymous';
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(`image not found: ${path}`));
    image.src = files.url(path);
  });
}

async function info({ src }: WechatMiniprogram.GetImageInfoOption): Promise<object> {
  const { naturalWidth: width, naturalHeight: height } = await load(src);
  const { type } = await files.read(src);
  // A browser turns pictures upright by itself.
  return { width, height, path: src, orientation: 'up', type: type.split('/')[1] ?? 'unknown' };
}

async function compress(options: CompressOptions): Promise<object> {
  const image = await load(options.src);
  const { naturalWidth, naturalHeight } = image;
  const { compressedWidth, compressedHeight } = options;
  const scale = compressedWidth
    ? compressedWidth / naturalWidth
    : (compressedHeight ?? naturalHeight) / naturalHeight;
  const width = compressedWidth ?? Math.round(naturalWidth * scale);
  const height = compressedHeight ?? Math.round(naturalHeight * scale);
  const canvas = make('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (context) {
    // A JPEG has no transparency.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(image, 0, 0, width, height);
  }
  const quality = (options.quality ?? DEFAULT_QUALITY) / 100;
  const blob = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, 'image/jpeg', quality);
  });
  if (!blob) throw new Error('image can not be compressed');
  return { tempFilePath: URL.createObjectURL(blob) };
}

/** One picture after another, over everything else. */
function imageViewer(urls: readonly string[], current: string): HTMLElement {
  const image = new Image();
  image.alt = '图片';
  const count = make('span', 'mp-viewer-count');
  const viewer = make('div', 'mp-image-viewer', image, count);
  viewer.setAttribute('role', 'dialog');
  viewer.setAttribute('aria-label', '查看图片');
  let index = Math.max(0, urls.indexOf(current));
  const show = (by: number) => {
    index = (index + by + urls.length) % urls.length;
    image.src = files.url(urls[index] ?? '');
    count.textContent = `${index + 1} / ${urls.length}`;
  };
  for (const [label, className, by] of [
    ['上一张', 'before', -1],
    ['下一张', 'after', 1],
  ] as const) {
    const button = makeButton(by < 0 ? '‹' : '›', `mp-viewer-turn ${className}`, () => show(by));
    button.setAttribute('aria-label', label);
    button.addEventListener('click', (event) => event.stopPropagation());
    if (urls.length > 1) viewer.append(button);
  }
  viewer.addEventListener('click', () => viewer.remove());
  show(0);
  return viewer;
}

export function mediaApi(device: Device, layer: () => HTMLElement) {
  const api = asyncApis(device);
  return {
    chooseMedia: api(
      'chooseMedia',
      async ({ count = DEFAULT_COUNT, sourceType }: ChooseOptions) => {
        const isCamera = sourceType?.length === 1 && sourceType[0] === 'camera';
        const chosen = await pickImages(count, isCamera);
        return { tempFiles: chosen.map((file) => ({ ...file, fileType: 'image' })), type: 'image' };
      },
    ),
    chooseImage: api('chooseImage', async ({ count = DEFAULT_COUNT }: ChooseOptions) => {
      const tempFiles = (await pickImages(count)).map(({ tempFilePath, size }) => ({
        path: tempFilePath,
        size,
      }));
      return { tempFiles, tempFilePaths: tempFiles.map(({ path }) => path) };
    }),
    getImageInfo: api('getImageInfo', info),
    previewImage: api('previewImage', ({ current, urls }: PreviewOptions) => {
      layer().append(imageViewer(urls, current ?? urls[0] ?? ''));
      return undefined;
    }),
    compressImage: api('compressImage', compress),
  };
}
