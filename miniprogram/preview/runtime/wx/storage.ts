/** `wx` storage on localStorage, apart for each phone, with WeChat's limits. */
import type { Device } from '../device.ts';
import { asyncApis } from './async.ts';

const MAX_VALUE_BYTES = 1024 * 1024;
const MAX_TOTAL_BYTES = 10 * MAX_VALUE_BYTES;

interface Key {
  key: string;
}

export function storageApi(device: Device) {
  const api = asyncApis(device);
  const prefix = `preview:${device.name}:`;
  const bytes = (text: string) => new Blob([text]).size;
  const keys = () =>
    Object.keys(localStorage).flatMap((key) =>
      key.startsWith(prefix) ? [key.slice(prefix.length)] : [],
    );
  const raw = (key: string) => localStorage.getItem(prefix + key);
  const total = () => keys().reduce((sum, key) => sum + bytes(raw(key) ?? ''), 0);

  function getStorageSync(key: string): unknown {
    const text = raw(key);
    return text === null ? '' : (JSON.parse(text) as { value: unknown }).value;
  }

  function write(key: string, data: unknown): void {
    const text = JSON.stringify({ value: data });
    if (bytes(text) > MAX_VALUE_BYTES) throw new Error('exceed max data size, 1 MB per key');
    if (total() - bytes(raw(key) ?? '') + bytes(text) > MAX_TOTAL_BYTES) {
      throw new Error('exceed storage max size 10Mb');
    }
    localStorage.setItem(prefix + key, text);
  }

  function setStorageSync(key: string, data: unknown): void {
    try {
      write(key, data);
    } catch (error) {
      throw new Error(`setStorageSync:fail ${error instanceof Error ? error.message : error}`);
    }
  }

  const removeStorageSync = (key: string) => localStorage.removeItem(prefix + key);
  const clearStorageSync = () => keys().forEach(removeStorageSync);
  const getStorageInfoSync = () => ({
    keys: keys(),
    currentSize: Math.ceil(total() / 1024),
    limitSize: MAX_TOTAL_BYTES / 1024,
  });
  return {
    getStorageSync,
    setStorageSync,
    removeStorageSync,
    clearStorageSync,
    getStorageInfoSync,
    getStorage: api('getStorage', ({ key }: Key) => {
      if (raw(key) === null) throw new Error('data not found');
      return { data: getStorageSync(key) };
    }),
    setStorage: api('setStorage', ({ key, data }: Key & { data: unknown }) => {
      write(key, data);
      return undefined;
    }),
    removeStorage: api('removeStorage', ({ key }: Key) => {
      removeStorageSync(key);
      return undefined;
    }),
    clearStorage: api('clearStorage', () => {
      clearStorageSync();
      return undefined;
    }),
    getStorageInfo: api('getStorageInfo', getStorageInfoSync),
  };
}
