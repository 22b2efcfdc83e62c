import { type BuiltIn, type Host, ignored } from './host.ts';
import { assetUrl } from './services.ts';

const FIT: Record<string, [fit: string, position?: string]> = {
  scaleToFill: ['fill'],
  aspectFit: ['contain'],
  aspectFill: ['cover'],
  widthFix: ['fill'],
  heightFix: ['fill'],
  center: ['none', 'center'],
  top: ['none', 'top'],
  bottom: ['none', 'bottom'],
  left: ['none', 'left'],
  right: ['none', 'right'],
};

function show(host: Host, picture: HTMLImageElement): void {
  const is = host.component.ownerShadowRoot?.getHostNode().is ?? '';
  const src = assetUrl(host.text('src'), is);
  if (src === '') picture.removeAttribute('src');
  else if (picture.src !== src) picture.src = src;
}

/** Why a picture can't be loaded, as far as its server says: a browser keeps that to itself. */
async function reasonOf(src: string): Promise<string> {
  try {
    const { ok, status, statusText } = await fetch(src, { method: 'HEAD' });
    return ok ? 'is no picture' : `${status} (${statusText})`;
  } catch {
    return 'failed';
  }
}

export const image: BuiltIn = {
  tag: 'image',
  leaf: true,
  properties: {
    src: String,
    mode: { type: String, value: 'scaleToFill' },
    lazyLoad: Boolean,
    ...ignored('showMenuByLongpress webp fadeIn forceHttps'),
  },
  attach(host) {
    const picture = new Image();
    picture.alt = '';
    picture.draggable = false;
    picture.addEventListener('load', () => {
      host.emit('load', { width: picture.naturalWidth, height: picture.naturalHeight });
    });
    picture.addEventListener('error', async () => {
      const { src } = picture;
      const reason = await reasonOf(src);
      if (picture.src === src) host.emit('error', { errMsg: `GET ${src} ${reason}` });
    });
    host.element.append(picture);
    return {
      changed(name, value) {
        if (name === 'lazyLoad') picture.loading = value ? 'lazy' : 'eager';
        if (name === 'src') show(host, picture);
        if (name === 'ariaLabel') picture.alt = String(value);
        if (name !== 'mode') return;
        const [fit = 'fill', position = ''] = FIT[String(value)] ?? [];
        picture.style.objectFit = fit;
        picture.style.objectPosition = position;
        host.reflect('mode', value);
      },
    };
  },
};
