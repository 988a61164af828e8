// Numbered I420 pictures, and what a v4l2loopback node should give of them, made without the project's kernels.
import { i420Layout } from '../../../dist/frame/i420.js';

/** A frame whose every plane tells its number: gradients that move with it. */
export function numberedFrame(layout, sequence) {
  const { width, height, strideUV, heightUV, offsetU, offsetV, byteLength } = layout;
  const data = new Uint8Array(byteLength);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = x + 3 * y + 7 * sequence;
  for (let y = 0; y < heightUV; y++) {
    for (let x = 0; x < strideUV; x++) {
      data[offsetU + y * strideUV + x] = 5 * x + y + 11 * sequence;
      data[offsetV + y * strideUV + x] = x + 9 * y + 13 * sequence;
    }
  }
  return { layout, data, sequence, capturedAt: 0, pts: 0 };
}

/** The bytes that a reader of `width` x `height` should get of a frame that is at most a pixel larger a side. */
export function expectedBytes({ layout, data }, width, height, pixels) {
  const { strideY, strideUV, offsetU, offsetV } = layout;
  const halfWidth = width >> 1;
  const luma = (x, y) => data[y * strideY + x];
  const chroma = (offset, x, y) => data[offset + y * strideUV + x];
  if (pixels === 'YUYV') {
    const out = new Uint8Array(width * height * 2);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < halfWidth; x++) {
        out[at++] = luma(2 * x, y);
        out[at++] = chroma(offsetU, x, y >> 1);
        out[at++] = luma(2 * x + 1, y);
        out[at++] = chroma(offsetV, x, y >> 1);
      }
    }
    return out;
  }
  const out = [];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out.push(luma(x, y));
  const planes = pixels === 'NV12' ? [[offsetU, offsetV]] : [[offsetU], [offsetV]];
  for (const offsets of planes) {
    for (let y = 0; y < height >> 1; y++) {
      for (let x = 0; x < halfWidth; x++) for (const offset of offsets) out.push(chroma(offset, x, y));
    }
  }
  return Uint8Array.from(out);
}

/** Which of the frames the bytes of each picture are, byte for byte: numbers from `first` to `last`, -1 for none. */
export function identify(bytes, { width, height, pixels, layout = i420Layout(width, height), first = 0, last }) {
  const expected = new Map();
  for (let n = first; n <= last; n++) {
    const key = Buffer.from(expectedBytes(numberedFrame(layout, n), width, height, pixels)).toString('latin1');
    if (!expected.has(key)) expected.set(key, n);
  }
  const size = (width * height * (pixels === 'YUYV' ? 4 : 3)) / 2;
  const numbers = [];
  for (let at = 0; at < bytes.length; at += size) {
    numbers.push(expected.get(bytes.subarray(at, at + size).toString('latin1')) ?? -1);
  }
  return numbers;
}
