/** The part of Node's crypto that is used here; Node's own types do not go with the platform's. */
declare module 'node:crypto' {
  interface Hmac {
    update(data: string | Uint8Array): Hmac;
    digest(): Uint8Array;
  }
  interface Decipher {
    setAutoPadding(on: boolean): Decipher;
    update(data: Uint8Array): Uint8Array;
    final(): Uint8Array;
  }
  interface Hash {
    update(data: string): Hash;
    digest(encoding: 'hex'): string;
  }
  export function createHmac(algorithm: 'sha256', key: string | Uint8Array): Hmac;
  export function createHash(algorithm: 'sha1'): Hash;
  export function createDecipheriv(
    algorithm: 'aes-256-cbc',
    key: Uint8Array,
    iv: Uint8Array,
  ): Decipher;
  export function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean;
}
