/** `wx.request` and `downloadFile` on fetch, `uploadFile` on XMLHttpRequest, which tells its progress. */
import type { Device } from '../device.ts';
import { files } from '../files.ts';
import { messageOf } from '../report.ts';
import { type Callbacks, Listeners, type Result, settle } from './async.ts';

type RequestOptions = WechatMiniprogram.RequestOption;
type UploadOptions = WechatMiniprogram.UploadFileOption;
type DownloadOptions = WechatMiniprogram.DownloadFileOption;

const DEFAULT_TIMEOUT_MS = 60_000;
const noop = () => {};

/** Relative addresses, which a phone refuses, lead to the server of the preview. */
const absolute = (url: string) => new URL(url, document.baseURI);

function headers(given: object | undefined): Headers {
  return new Headers(Object.entries(given ?? {}).map(([name, value]) => [name, String(value)]));
}

interface Outgoing {
  readonly url: URL;
  readonly init: RequestInit;
}

function outgoing(options: RequestOptions): Outgoing {
  const url = absolute(options.url);
  const method = (options.method ?? 'GET').toUpperCase();
  const header = headers(options.header);
  const init: RequestInit = { method, headers: header };
  const { data } = options;
  if (data === undefined || data === null) return { url, init };
  if (method === 'GET' || method === 'HEAD') {
    if (typeof data === 'object') {
      for (const [name, value] of Object.entries(data)) url.searchParams.set(name, String(value));
    }
    return { url, init };
  }
  if (!header.has('content-type')) header.set('content-type', 'application/json');
  if (typeof data === 'string' || data instanceof ArrayBuffer) init.body = data;
  else if (header.get('content-type')?.includes('x-www-form-urlencoded')) {
    init.body = new URLSearchParams(
      Object.entries(data).map(([name, value]) => [name, String(value)]),
    ).toString();
  } else init.body = JSON.stringify(data);
  return { url, init };
}

async function content(response: Response, options: RequestOptions): Promise<unknown> {
  if (options.responseType === 'arraybuffer') return response.arrayBuffer();
  const text = await response.text();
  if ((options.dataType ?? 'json') !== 'json') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function post(
  url: URL,
  header: Headers,
  body: FormData,
  signal: AbortSignal,
  onProgress: (event: ProgressEvent) => void,
): Promise<{ data: string; statusCode: number }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of header) request.setRequestHeader(name, value);
    request.upload.onprogress = onProgress;
    request.onload = () => resolve({ data: request.responseText, statusCode: request.status });
    request.onerror = () => reject(new Error('net::ERR_FAILED'));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) reject(signal.reason);
    else request.send(body);
  });
}

export function requestApi(device: Device) {
  /** Runs until it ends, is aborted, times out, loses the network or is left in the background. */
  function start(
    name: string,
    callbacks: Callbacks,
    timeout: number,
    run: (signal: AbortSignal) => Promise<object>,
  ): { abort(): void } {
    const controller = new AbortController();
    const abort = (reason: string) => controller.abort(new Error(reason));
    const timer = setTimeout(() => abort('timeout'), timeout);
    const ends = [
      device.networkChanged.on((online) => online || abort('net::ERR_NETWORK_CHANGED')),
      device.suspended.on(() => abort('interrupted')),
    ];
    const outcome = device.online
      ? run(controller.signal)
      : Promise.reject(new Error('net::ERR_INTERNET_DISCONNECTED'));
    outcome
      .then(
        (result): ['success', Result] => ['success', { errMsg: `${name}:ok`, ...result }],
        (error: unknown): ['fail', Result] => {
          const reason = controller.signal.aborted ? controller.signal.reason : error;
          return ['fail', { errMsg: `${name}:fail ${messageOf(reason)}` }];
        },
      )
      .then(([how, result]) => {
        clearTimeout(timer);
        for (const end of ends) end();
        settle(device, callbacks, how, result);
      });
    return { abort: () => abort('abort') };
  }

  function request(options: RequestOptions) {
    const { abort } = start(
      'request',
      options,
      options.timeout ?? DEFAULT_TIMEOUT_MS,
      async (signal) => {
        const { url, init } = outgoing(options);
        const response = await fetch(url, { ...init, signal });
        return {
          data: await content(response, options),
          statusCode: response.status,
          header: Object.fromEntries(response.headers),
          cookies: [],
        };
      },
    );
    return { abort, onHeadersReceived: noop, offHeadersReceived: noop };
  }

  function uploadFile(options: UploadOptions) {
    const progress = new Listeners<WechatMiniprogram.UploadTaskOnProgressUpdateListenerResult>(
      device,
    );
    const { abort } = start(
      'uploadFile',
      options,
      options.timeout ?? DEFAULT_TIMEOUT_MS,
      async (signal) => {
        const file = await files.read(options.filePath);
        const form = new FormData();
        for (const [name, value] of Object.entries(options.formData ?? {})) {
          form.append(name, String(value));
        }
        form.append(options.name, file, `file.${file.type.split('/')[1] ?? 'bin'}`);
        const header = headers(options.header);
        // The browser names the boundary.
        header.delete('content-type');
        return await post(absolute(options.url), header, form, signal, ({ loaded, total }) =>
          progress.emit({
            progress: Math.round((loaded / total) * 100),
            totalBytesSent: loaded,
            totalBytesExpectedToSend: total,
          }),
        );
      },
    );
    return { abort, onProgressUpdate: progress.on, offProgressUpdate: progress.off };
  }

  function downloadFile(options: DownloadOptions) {
    const { abort } = start(
      'downloadFile',
      options,
      options.timeout ?? DEFAULT_TIMEOUT_MS,
      async (signal) => {
        const response = await fetch(absolute(options.url), {
          headers: headers(options.header),
          signal,
        });
        const tempFilePath = URL.createObjectURL(await response.blob());
        return { tempFilePath, statusCode: response.status };
      },
    );
    return { abort, onProgressUpdate: noop, offProgressUpdate: noop };
  }

  return { request, uploadFile, downloadFile };
}
