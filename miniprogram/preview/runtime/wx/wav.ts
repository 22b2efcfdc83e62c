/** Lengths of the parts of a WAV file before its samples, in bytes. */
const HEADER_BYTES = 44;
const FORMAT_BYTES = 16;
const BYTES_PER_SAMPLE = 2;
const PCM = 1;

/**
 * A WAV file of one channel, 16 bits a sample.
 * @param samples from -1 to 1; what is beyond is cut
 * @param sampleRate samples per second
 */
export function encodeWav(samples: Float32Array, sampleRate: number): ArrayBuffer {
  const bytes = samples.length * BYTES_PER_SAMPLE;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + bytes));
  const letters = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  letters(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + bytes, true);
  letters(8, 'WAVEfmt ');
  view.setUint32(16, FORMAT_BYTES, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * BYTES_PER_SAMPLE, true);
  view.setUint16(32, BYTES_PER_SAMPLE, true);
  view.setUint16(34, BYTES_PER_SAMPLE * 8, true);
  letters(36, 'data');
  view.setUint32(40, bytes, true);
  for (const [index, sample] of samples.entries()) {
    const value = Math.max(-1, Math.min(1, sample)) * 0x7fff;
    view.setInt16(HEADER_BYTES + index * BYTES_PER_SAMPLE, Math.round(value), true);
  }
  return view.buffer;
}
