import { ClipSource } from '../../../src/capture/clip-source.js';
import type { I420Layout } from '../../../src/frame/i420.js';

/** A recording, decoded: frames of I420, one after the other. */
export interface Recording {
  readonly layout: I420Layout;
  readonly frames: readonly Uint8Array[];
}

/** Reads frames of a clip. @param every - leaves out all but each so many-th. */
export async function readClip(path: string, count: number, every = 1, width?: number): Promise<Recording> {
  const source = new ClipSource(path, width === undefined ? {} : { width });
  const { layout } = await source.open();
  const frames: Uint8Array[] = [];
  const pixels = new Uint8Array(layout.byteLength);
  for (let index = 0; frames.length < count && (await source.read(pixels)); index++) {
    if (index % every === 0) frames.push(pixels.slice());
  }
  await source.close();
  return { layout, frames };
}

/** The three planes: offset, stride, width, height, and by how much they are coarser than luma. */
function planes({ offsetY, offsetU, offsetV, strideY, strideUV, width, height }: I420Layout) {
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1, stride: strideUV, scale: 2 };
  return [
    { offset: offsetY, width, height, stride: strideY, scale: 1 },
    { offset: offsetU, ...half },
    { offset: offsetV, ...half },
  ] as const;
}

/** Moves the whole picture sideways; what comes in from the edge is a grey wall. */
export function shifted(frame: Uint8Array, layout: I420Layout, by: number): Uint8Array {
  const moved = new Uint8Array(frame.length).fill(128);
  const even = 2 * Math.round(by / 2);
  for (const { offset, width, height, stride, scale } of planes(layout)) {
    const shift = even / scale;
    for (let y = 0; y < height; y++) {
      for (let x = Math.max(0, shift); x < Math.min(width, width + shift); x++) {
        moved[offset + y * stride + x] = frame[offset + y * stride + x - shift]!;
      }
    }
  }
  return moved;
}

/** Lays a hand's width of plain skin over part of the picture. */
export function covered(
  frame: Uint8Array,
  layout: I420Layout,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Uint8Array {
  const result = frame.slice();
  const skin = [150, 112, 152];
  for (const [index, { offset, width, height, stride, scale }] of planes(layout).entries()) {
    const right = Math.min(width, (box.x + box.width) / scale);
    const bottom = Math.min(height, (box.y + box.height) / scale);
    for (let y = Math.max(0, Math.floor(box.y / scale)); y < bottom; y++) {
      for (let x = Math.max(0, Math.floor(box.x / scale)); x < right; x++) {
        result[offset + y * stride + x] = skin[index]! + ((x + y) % 5);
      }
    }
  }
  return result;
}

/** Two recordings of one size side by side, the middle half of each: two people before one camera. */
export function sideBySide(left: Uint8Array, right: Uint8Array, layout: I420Layout): Uint8Array {
  const result = new Uint8Array(left.length);
  for (const { offset, width, height, stride } of planes(layout)) {
    const half = width >> 1;
    const quarter = half >> 1;
    for (let y = 0; y < height; y++) {
      const row = offset + y * stride;
      for (let x = 0; x < width; x++) {
        const from = x < half ? left : right;
        result[row + x] = from[row + Math.min(width - 1, quarter + (x < half ? x : x - half))]!;
      }
    }
  }
  return result;
}
