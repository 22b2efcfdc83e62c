/** Uploading as a phone does. */
import { expect } from 'vitest';
import type { MediaResponse } from '../../../shared/http.ts';
import { bearer, guestToken, request } from './client.ts';

/** How a test uploads; by default as the guest `alice`, who may do so 30 times a minute. */
export interface UploadOptions {
  readonly token?: string;
  readonly room?: string;
  readonly type?: string;
  readonly name?: string;
}

/** Uploads a file as a form; whatever the answer is. */
export async function upload(file: Uint8Array, options: UploadOptions = {}): Promise<Response> {
  const { room, type = 'image/jpeg', name = 'tmp_1.jpg' } = options;
  const token = options.token ?? (await guestToken('alice'));
  const body = new FormData();
  body.set('file', new File([file], name, { type }));
  if (room !== undefined) body.set('room', room);
  return request('/api/media', { method: 'POST', headers: bearer(token), body });
}

/** Uploads a file that is taken. */
export async function uploaded(file: Uint8Array, options?: UploadOptions): Promise<MediaResponse> {
  const response = await upload(file, options);
  expect(response.status).toBe(201);
  return await response.json<MediaResponse>();
}
