/** Pictures that a browser can show, as people choose them. */
import { crc32, deflateSync } from 'node:zlib';

export interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The smallest one: a pixel. */
const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** A PNG of one shade of grey. */
export function picture(width: number, height: number, shade = 128): ChosenFile {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const lines = Buffer.alloc((width + 1) * height, shade);
  // Each line begins with its filter: none.
  for (let line = 0; line < height; line++) lines[line * (width + 1)] = 0;
  const buffer = Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', new Uint8Array()),
  ]);
  return { name: 'picture.png', mimeType: 'image/png', buffer };
}

/** A GIF, which is never compressed, of this many bytes. */
export function largeGif(bytes: number): ChosenFile {
  const gif = Buffer.from(GIF, 'base64');
  const buffer = Buffer.concat([gif, Buffer.alloc(bytes - gif.length)]);
  return { name: 'large.gif', mimeType: 'image/gif', buffer };
}

/** What is drawn, and could hold scripts. */
export function svg(name = 'drawing.svg', mimeType = 'image/svg+xml'): ChosenFile {
  const text = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>';
  return { name, mimeType, buffer: Buffer.from(text) };
}
